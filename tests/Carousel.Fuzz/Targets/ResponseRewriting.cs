using System.Text;
using Carousel.Engine.Http;
using static Carousel.Fuzz.Targets.ViolationException;

namespace Carousel.Fuzz.Targets;

/// <summary>The invariants of a response that is edited and encoded.</summary>
internal static class ResponseRewriting
{
    public const string Date = "Mon, 23 Nov 2026 16:20:00 GMT";

    /// <summary>Maximum bytes by which an encoded head exceeds the received one.</summary>
    public const int MaxGrowth = ResponseEdits.MaxBytes + Http1ResponseEncoder.MaxGrowth;

    private static readonly HeadLimits OutputLimits = new(Heads.Limits.MaxBytes + MaxGrowth, Heads.Limits.MaxFields + 8);

    public static byte[] Rewrite(ParsedResponse response, ConnectionDirective connection, BodyKind sentAs, string requestId = "")
    {
        ResponseHead head = ParsedResponse.Of(response.Bytes, RequestMethod.Get, OutputLimits).Head;
        head.Body = response.Head.Body; // It may be the response to another method.
        ResponseEdits.Apply(head, Encoding.Latin1.GetBytes(Date), Encoding.Latin1.GetBytes(requestId));
        // As much room as is guaranteed: more would throw.
        var room = new byte[head.Length + MaxGrowth];
        return room[^Http1ResponseEncoder.Encode(head, connection, sentAs, room)..];
    }

    /// <summary>Checks every directive with every framing that fits the response.</summary>
    public static void CheckAll(ParsedResponse response)
    {
        foreach (ConnectionDirective connection in Enum.GetValues<ConnectionDirective>())
        {
            Check(response, connection, response.Head.Body);
            Check(response, connection, response.Head.Body, new string('i', ForwardingInfo.MaxRequestId));
            if (response.Head.Body == BodyKind.Chunked)
            {
                Check(response, connection, BodyKind.UntilClose);
            }
            if (response.Head.Body == BodyKind.UntilClose)
            {
                Check(response, connection, BodyKind.Chunked);
            }
        }
    }

    private static void Check(ParsedResponse before, ConnectionDirective connection, BodyKind sentAs, string requestId = "")
    {
        byte[] output = Rewrite(before, connection, sentAs, requestId);
        ParsedResponse after = ParsedResponse.Of(output, RequestMethod.Get, OutputLimits);
        ThrowUnless(after.Status == ParseStatus.Complete, $"the rewritten head is {after.Status}: {after.Reason}");
        ThrowUnless(after.Head.Length == output.Length, "the rewritten head's length is wrong");
        ThrowUnless(!after.Head.IsHttp10 && after.Head.Status == before.Head.Status, "the status line changed");
        ThrowUnless(after.Text(after.Head.ReasonPhrase) == before.Text(before.Head.ReasonPhrase), "the reason phrase changed");

        ThrowUnless(after.Head.Body == sentAs && after.Head.ContentLength == before.Head.ContentLength, "the framing changed");
        ThrowUnless(sentAs != before.Head.Body || after.Head.FramedAs == before.Head.FramedAs, "the declared framing changed");
        CheckConnection(before, after, connection);
        string[] ids = requestId.Length == 0 ? [.. before.Values("x-request-id")] : [requestId];
        ThrowUnless(after.Values("x-request-id").SequenceEqual(ids), "X-Request-Id is wrong");
        CheckFields(before, after, sentAs);
    }

    private static void CheckConnection(ParsedResponse before, ParsedResponse after, ConnectionDirective connection)
    {
        string[] expected = connection switch
        {
            ConnectionDirective.Close => ["close"],
            ConnectionDirective.KeepAlive => ["keep-alive"],
            ConnectionDirective.Upgrade => ["upgrade"],
            _ => [],
        };
        ThrowUnless(after.Values("connection").SequenceEqual(expected), "an unexpected Connection field");
        string[] upgrade = connection == ConnectionDirective.Upgrade ? [.. before.Values("upgrade")] : [];
        ThrowUnless(after.Values("upgrade").SequenceEqual(upgrade), "Upgrade is wrong");
        foreach (string name in (ReadOnlySpan<string>)["keep-alive", "proxy-connection", "proxy-authenticate", "te"])
        {
            ThrowUnless(!after.Values(name).Any(), $"{name} was passed on");
        }
    }

    private static void CheckFields(ParsedResponse before, ParsedResponse after, BodyKind sentAs)
    {
        ThrowUnless(after.Values("content-length").Count() + after.Values("transfer-encoding").Count() <= 1, "two framing fields");
        bool addsDate = !before.Head.HasDate && before.Head.Status >= 200;
        ThrowUnless(after.Values("date").SequenceEqual(addsDate ? [Date] : before.Values("date")), "Date is wrong");
        ThrowUnless(after.Values("set-cookie").SequenceEqual(before.Values("set-cookie")), "Set-Cookie is wrong");
        string[] trailer = before.Head.Body == BodyKind.Chunked && sentAs == BodyKind.UntilClose ? [] : [.. before.Values("trailer")];
        ThrowUnless(after.Values("trailer").SequenceEqual(trailer), "Trailer is wrong");
        if (!before.Head.ConnectionNamesFields)
        {
            ThrowUnless(Others(after).SequenceEqual(Others(before)), "unrelated fields changed");
        }
    }

    private static IEnumerable<(string Name, string Value)> Others(ParsedResponse response) =>
        from field in response.Fields
        where field.Known == FieldName.Other
        select (response.Text(field.Name), response.Text(field.Value));
}
