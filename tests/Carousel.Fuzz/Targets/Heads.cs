using System.Text;
using Carousel.Core.Telemetry;
using Carousel.Engine.Http;

namespace Carousel.Fuzz.Targets;

/// <summary>A parsed request and its bytes.</summary>
internal sealed record ParsedRequest(byte[] Bytes, ParseStatus Status, FailureReason Reason, RequestHead Head, Field[] Fields)
{
    public static ParsedRequest Of(ReadOnlySpan<byte> bytes, HeadLimits limits)
    {
        var head = new RequestHead(limits.MaxFields);
        ParseStatus status = RequestParser.Parse(bytes, limits, head, out FailureReason reason);
        return new ParsedRequest(bytes.ToArray(), status, reason, head, head.Fields.ToArray());
    }

    public string Text(Slice slice) => Encoding.Latin1.GetString(slice.Of(Bytes));

    public IEnumerable<string> Values(string name) => Heads.Values(Bytes, Fields, name);

    public bool IsSameAs(ParsedRequest other) =>
        Status == other.Status && Reason == other.Reason && Fields.AsSpan().SequenceEqual(other.Fields)
        && (Status != ParseStatus.Complete || Values(Head).Equals(Values(other.Head)));

    private static object Values(RequestHead head) => (
        (head.Length, head.Method, head.MethodToken, head.Form, head.Target, head.PathAndQuery, head.Authority, head.IsHttp10),
        (head.Body, head.ContentLength, head.KeepAlive, head.Upgrade, head.ExpectContinue, head.ConnectionNamesFields, head.Present));
}

/// <summary>A parsed response and its bytes.</summary>
internal sealed record ParsedResponse(byte[] Bytes, ParseStatus Status, FailureReason Reason, ResponseHead Head, Field[] Fields)
{
    public static ParsedResponse Of(ReadOnlySpan<byte> bytes, RequestMethod method, HeadLimits limits)
    {
        var head = new ResponseHead(limits.MaxFields);
        ParseStatus status = ResponseParser.Parse(bytes, method, limits, head, out FailureReason reason);
        return new ParsedResponse(bytes.ToArray(), status, reason, head, head.Fields.ToArray());
    }

    public string Text(Slice slice) => Encoding.Latin1.GetString(slice.Of(Bytes));

    public IEnumerable<string> Values(string name) => Heads.Values(Bytes, Fields, name);

    public bool IsSameAs(ParsedResponse other) =>
        Status == other.Status && Reason == other.Reason && Fields.AsSpan().SequenceEqual(other.Fields)
        && (Status != ParseStatus.Complete || Values(Head).Equals(Values(other.Head)));

    private static object Values(ResponseHead head) => (
        (head.Length, head.Status, head.ReasonPhrase, head.IsHttp10, head.Body, head.FramedAs, head.ContentLength),
        (head.KeepAlive, head.ReusableMs, head.Upgrade, head.ConnectionNamesFields, head.Present));
}

internal static class Heads
{
    /// <summary>Small enough for random inputs to reach them.</summary>
    public static readonly HeadLimits Limits = new(MaxBytes: 4096, MaxFields: 50);

    /// <summary>Returns the values of all fields of this name, in order.</summary>
    public static IEnumerable<string> Values(byte[] head, IEnumerable<Field> fields, string name) =>
        from field in fields
        where string.Equals(Encoding.Latin1.GetString(field.Name.Of(head)), name, StringComparison.OrdinalIgnoreCase)
        select Encoding.Latin1.GetString(field.Value.Of(head));

    /// <summary>Returns the positions to cut an input at: all of a short one, else about sixty.</summary>
    public static IEnumerable<int> Cuts(int length)
    {
        int step = length <= 256 ? 1 : length / 61;
        for (int cut = 0; cut < length; cut += step)
        {
            yield return cut;
        }
    }

    /// <summary>Checks that field lines are contiguous and inside the head, and that names and values are at their positions.</summary>
    public static void CheckFields(ReadOnlySpan<byte> head, ReadOnlySpan<Field> fields, int length)
    {
        for (int i = 0; i < fields.Length; i++)
        {
            Field field = fields[i];
            int next = i + 1 < fields.Length ? fields[i + 1].Name.Start : length - 2;
            ViolationException.ThrowUnless(field.LineEnd == next, "a field line does not end at the start of the next");
            ViolationException.ThrowUnless(
                !field.Name.IsEmpty && head[field.Name.End] == ':' && field.Value.Start > field.Name.End && field.Value.End <= field.LineEnd - 2,
                "a field's parts are misplaced");
            ViolationException.ThrowUnless(!field.Value.Of(head).ContainsAny("\r\n\0"u8), "a value holds CR, LF or NUL");
        }
    }
}
