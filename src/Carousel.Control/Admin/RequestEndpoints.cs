using System.Globalization;
using System.Text;
using Carousel.Core.Config;
using Carousel.Core.Net;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Carousel.Control.Admin;

/// <summary>A past request. Times in milliseconds since its head was received; null for stages it did not reach.</summary>
/// <param name="Id">The value of X-Request-Id.</param>
/// <param name="At">When its head was received.</param>
/// <param name="Method">Its method.</param>
/// <param name="Target">Its target, truncated if long.</param>
/// <param name="Client">Address and port of the client; behind a trusted proxy the address that it names.</param>
/// <param name="Status">The status sent to the client; null if none.</param>
/// <param name="Reason">Why it failed for the client; null if it did not.</param>
/// <param name="Sentence">The reason as a sentence.</param>
/// <param name="Visit">Outcome of its session cookie: <c>none</c>, <c>new</c>, <c>returning</c>, <c>moved</c> or <c>stateless</c>.</param>
/// <param name="RoutedMs">When it was last assigned to a server.</param>
/// <param name="ConnectedMs">When the connection to that server was ready.</param>
/// <param name="FirstByteMs">When the response head was received.</param>
/// <param name="TotalMs">When it ended.</param>
/// <param name="BytesIn">Bytes received from the client.</param>
/// <param name="BytesOut">Bytes sent to the client.</param>
/// <param name="AttemptCount">Number of attempts.</param>
/// <param name="Attempts">The first attempts, and the last.</param>
public sealed record RequestView(
    string Id, DateTimeOffset At, string Method, string Target, string Client, int? Status, string? Reason, string? Sentence, string Visit, double? RoutedMs,
    double? ConnectedMs, double? FirstByteMs, double TotalMs, long BytesIn, long BytesOut, int AttemptCount, IReadOnlyList<AttemptView> Attempts);

/// <summary>One attempt to send a request to a server.</summary>
/// <param name="Server">The server's name; its tag in hexadecimal if it is no longer in the pool.</param>
/// <param name="Url">Where it listens; null if it is no longer in the pool.</param>
/// <param name="BeganMs">When the attempt began.</param>
/// <param name="TookMs">Its duration.</param>
/// <param name="Reason">Why it failed; null if the server's response was passed on.</param>
/// <param name="Sentence">The reason as a sentence.</param>
/// <param name="Reused">It used a kept-alive connection.</param>
public sealed record AttemptView(string Server, string? Url, double BeganMs, double TookMs, string? Reason, string? Sentence, bool Reused);

/// <summary>Past requests, from the workers' ring buffers.</summary>
internal sealed class RequestEndpoints(AdminContext context)
{
    private const int IdDigits = 16;

    /// <summary>More than a ring holds: bounds the scan when a worker writes as fast as it is read.</summary>
    private const int MaxRead = 1 << 16;

    public static void Map(IEndpointRouteBuilder routes, AdminContext context)
    {
        var requests = new RequestEndpoints(context);
        routes.MapGet("/api/v1/requests/{id}", http =>
            http.Response.WriteAsJsonAsync(requests.Find((string)http.GetRouteValue("id")!), AdminJson.Default.RequestView, cancellationToken: http.RequestAborted));
    }

    /// <summary>The newest request with this id: generated here, or given by a trusted proxy.</summary>
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
            $"request {Quote.Of(id)} not found: only the last few thousand of each worker are kept; the id is the value of X-Request-Id");
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
