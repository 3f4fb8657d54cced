using System.Globalization;
using System.Text;
using Carousel.Core.Config;
using Carousel.Core.Net;
using Carousel.Core.Pool;
using Carousel.Core.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Carousel.Control.Admin;

/// <summary>What became of a request. Times in milliseconds since its head was there; null where it did not come so far.</summary>
/// <param name="Id">What X-Request-Id carried.</param>
/// <param name="At">When its head was there.</param>
/// <param name="Method">Its method.</param>
/// <param name="Target">Its target, cut if it was long.</param>
/// <param name="Client">Address and port of the client; behind a trusted proxy the address that it names.</param>
/// <param name="Status">The status that the client was sent; null if none.</param>
/// <param name="Reason">Why it failed for the client; null if it did not.</param>
/// <param name="Sentence">The same in a sentence.</param>
/// <param name="Visit">What its cookie came to: <c>none</c>, <c>new</c>, <c>returning</c>, <c>moved</c> or <c>stateless</c>.</param>
/// <param name="RoutedMs">Until a server had taken it on for the last time.</param>
/// <param name="ConnectedMs">Until the connection to it was there.</param>
/// <param name="FirstByteMs">Until the head of the answer was there.</param>
/// <param name="TotalMs">Until all was over.</param>
/// <param name="BytesIn">Received of the client.</param>
/// <param name="BytesOut">Sent to the client.</param>
/// <param name="AttemptCount">How many attempts there were.</param>
/// <param name="Attempts">The first ones, and the last.</param>
public sealed record RequestView(
    string Id, DateTimeOffset At, string Method, string Target, string Client, int? Status, string? Reason, string? Sentence, string Visit, double? RoutedMs,
    double? ConnectedMs, double? FirstByteMs, double TotalMs, long BytesIn, long BytesOut, int AttemptCount, IReadOnlyList<AttemptView> Attempts);

/// <summary>One attempt to have a server answer a request.</summary>
/// <param name="Server">The server's name; its tag in hexadecimal if it is not in the pool any more.</param>
/// <param name="Url">Where it listens; null if it is not in the pool any more.</param>
/// <param name="BeganMs">When it was taken on there.</param>
/// <param name="TookMs">Until it was over.</param>
/// <param name="Reason">Why it failed; null if the server's answer was passed on.</param>
/// <param name="Sentence">The same in a sentence.</param>
/// <param name="Reused">It went over a connection kept from before.</param>
public sealed record AttemptView(string Server, string? Url, double BeganMs, double TookMs, string? Reason, string? Sentence, bool Reused);

/// <summary>Past requests, from the workers' memory of the last ones.</summary>
internal sealed class RequestEndpoints(AdminContext context)
{
    private const int IdDigits = 16;

    /// <summary>More than a ring holds: a worker that writes as fast as we read must not keep us for ever.</summary>
    private const int MaxRead = 1 << 16;

    public static void Map(IEndpointRouteBuilder routes, AdminContext context)
    {
        var requests = new RequestEndpoints(context);
        routes.MapGet("/api/v1/requests/{id}", http =>
            http.Response.WriteAsJsonAsync(requests.Find((string)http.GetRouteValue("id")!), AdminJson.Default.RequestView, cancellationToken: http.RequestAborted));
    }

    /// <summary>The newest request of this id: ours, or one that a trusted proxy gave.</summary>
    internal RequestView Find(string id)
    {
        bool isOurs = ulong.TryParse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong number) && id.Length == IdDigits;
        byte[] given = Encoding.UTF8.GetBytes(id);
        var copy = new RecordCopy();
        RequestView? newest = null;
        foreach (RecordRing ring in context.Traffic.Records)
        {
            var cursor = new RecordCursor();
            for (int read = 0; read < MaxRead && ring.TryRead(ref cursor, copy); read++)
            {
                ReadOnlySpan<byte> givenId = copy.Text(RecordText.GivenId);
                if ((givenId.IsEmpty ? isOurs && copy.Record.Id == number : givenId.SequenceEqual(given)) && View(copy) is var view && !(view.At < newest?.At))
                {
                    newest = view;
                }
            }
        }
        return newest ?? throw new ProblemException(StatusCodes.Status404NotFound,
            $"no request {Quote.Of(id)} is remembered: only the last ones are, some thousands a worker; the id is that of X-Request-Id");
    }

    private RequestView View(RecordCopy copy)
    {
        ref readonly RequestRecord record = ref copy.Record;
        string given = Encoding.Latin1.GetString(copy.Text(RecordText.GivenId));
        double agoMicros = context.Time.GetElapsedTime(0).TotalMicroseconds - record.BeganMicros;
        var attempts = new List<AttemptView>();
        for (int i = 0; i < Math.Min((int)record.AttemptCount, RequestRecord.MaxAttempts); i++)
        {
            attempts.Add(View(record.Attempts[i]));
        }
        return new RequestView(
            given.Length == 0 ? record.Id.ToString("x16", CultureInfo.InvariantCulture) : given, context.Time.GetUtcNow() - TimeSpan.FromMicroseconds(agoMicros),
            Encoding.Latin1.GetString(copy.Text(RecordText.Method)), Encoding.Latin1.GetString(copy.Text(RecordText.Target)),
            Client(record.Client, record.ClientPort), record.Status == 0 ? null : record.Status, Name(record.Reason), Sentence(record.Reason),
            record.SessionOutcome.ToString().ToLowerInvariant(), Reached(record.RoutedMicros), Reached(record.ConnectedMicros), Reached(record.FirstByteMicros),
            Millis(record.TotalMicros), record.BytesIn, record.BytesOut, record.AttemptCount, attempts);
    }

    private AttemptView View(AttemptRecord attempt)
    {
        Server? server = context.Pool.Current.Find(attempt.ServerTag);
        return new AttemptView(
            server?.Entry.Name ?? attempt.ServerTag.ToString("x16", CultureInfo.InvariantCulture), server?.Entry.Address.Url, Millis(attempt.BeganMicros),
            Millis(attempt.TookMicros), Name(attempt.Reason), Sentence(attempt.Reason), attempt.Reused);
    }

    /// <summary>Without a port if a proxy named the client.</summary>
    private static string Client(UInt128 address, ushort port)
    {
        var client = new ClientAddress(address);
        return port == 0 ? client.ToString() : client.IsInet4 ? $"{client}:{port}" : $"[{client}]:{port}";
    }

    private static string? Name(FailureReason reason) => reason == FailureReason.None ? null : reason.Describe().Name;

    private static string? Sentence(FailureReason reason) => reason == FailureReason.None ? null : reason.Describe().Sentence;

    private static double? Reached(uint micros) => micros == 0 ? null : Millis(micros);

    private static double Millis(uint micros) => micros / 1000.0;
}
