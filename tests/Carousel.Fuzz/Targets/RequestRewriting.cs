using System.Text;
using Carousel.Engine.Http;
using static Carousel.Fuzz.Targets.ViolationException;

namespace Carousel.Fuzz.Targets;

/// <summary>The laws of <see cref="RequestRewriter"/>.</summary>
internal static class RequestRewriting
{
    private static readonly HeadLimits OutputLimits = new(Heads.Limits.MaxBytes + RequestRewriter.MaxGrowth, Heads.Limits.MaxFields + 8);

    public static byte[] Rewrite(ParsedRequest request, RewriteCase rewrite)
    {
        var info = new ForwardingInfo
        {
            ClientAddress = Encoding.Latin1.GetBytes(rewrite.Address),
            Scheme = Encoding.Latin1.GetBytes(rewrite.Scheme),
            TrustClient = rewrite.TrustClient,
            SendForwarded = rewrite.SendForwarded,
            FallbackHost = Encoding.Latin1.GetBytes(rewrite.FallbackHost),
            SessionId = Encoding.Latin1.GetBytes(rewrite.SessionId),
            RequestId = Encoding.Latin1.GetBytes(rewrite.RequestId),
            TraceParent = Encoding.Latin1.GetBytes(rewrite.TraceParent),
            DropsTraceState = rewrite.DropsTraceState,
            HiddenCookie = Encoding.Latin1.GetBytes(rewrite.HiddenCookie),
        };
        var output = new byte[request.Head.Length + RequestRewriter.MaxGrowth];
        int length = RequestRewriter.Write(request.Bytes, request.Head, request.Fields, info, output);
        return output[..length];
    }

    public static void Check(ParsedRequest request, RewriteCase rewrite)
    {
        byte[] output = Rewrite(request, rewrite);
        ParsedRequest again = ParsedRequest.Of(output, OutputLimits);
        ThrowUnless(again.Status == ParseStatus.Complete, $"the rewritten head is {again.Status}: {again.Reason}");
        ThrowUnless(again.Head.Length == output.Length, "the rewritten head ends before its end");
        CheckMeaning(request, again, rewrite);
        CheckFields(request, again);
        CheckForwarding(request, again, rewrite);
        CheckSession(request, again, rewrite);
    }

    private static void CheckMeaning(ParsedRequest before, ParsedRequest after, RewriteCase rewrite)
    {
        RequestHead a = before.Head, b = after.Head;
        ThrowUnless(before.Text(a.MethodToken) == after.Text(b.MethodToken) && a.Method == b.Method, "the method changed");
        ThrowUnless(!b.IsHttp10 && b.Form != TargetForm.Absolute && b.KeepAlive, "the request line or the connection is not ours");
        ThrowUnless(a.Body == b.Body && a.ContentLength == b.ContentLength, "the framing changed");
        ThrowUnless(a.Upgrade == b.Upgrade && a.ExpectContinue == b.ExpectContinue, "an upgrade or expectation appeared or was lost");

        string path = before.Text(a.PathAndQuery);
        string expected = a.Form == TargetForm.Asterisk || (path.Length == 0 && a.Method == RequestMethod.Options) ? "*"
            : path.StartsWith('/') ? path : "/" + path;
        ThrowUnless(after.Text(b.Target) == expected, $"{after.Text(b.Target)} instead of {expected}");
        string authority = a.Authority.IsEmpty ? rewrite.FallbackHost : before.Text(a.Authority);
        ThrowUnless(after.Text(b.Authority) == authority && after.Values("host").Single() == authority, "Host is wrong");
    }

    private static void CheckFields(ParsedRequest before, ParsedRequest after)
    {
        string[] connection = [.. after.Values("connection")];
        ThrowUnless(after.Head.Upgrade ? connection is ["upgrade"] : connection is [], "a Connection field that is not ours");
        foreach (string name in (ReadOnlySpan<string>)["keep-alive", "proxy-connection", "proxy-authorization", "te"])
        {
            ThrowUnless(!after.Values(name).Any(), $"{name} was passed on");
        }
        ThrowUnless(after.Head.Upgrade || !after.Values("upgrade").Any(), "Upgrade was passed on");
        ThrowUnless(after.Values("content-length").Count() + after.Values("transfer-encoding").Count() <= 1, "two framing fields");

        HashSet<string> named = [.. from value in before.Values("connection")
                                    from option in value.Split(',')
                                    select option.Trim(' ', '\t').ToLowerInvariant()];
        string[] expected = [.. Others(before).Where(line => !named.Contains(line.Name) || IsProtected(line.Name)).Select(line => line.ToString())];
        string[] actual = [.. Others(after).Select(line => line.ToString())];
        ThrowUnless(expected.SequenceEqual(actual), "fields that are none of our business changed");
    }

    private static void CheckForwarding(ParsedRequest before, ParsedRequest after, RewriteCase rewrite)
    {
        string[] via = [.. before.Values("via"), before.Head.IsHttp10 ? "1.0 carousel" : "1.1 carousel"];
        ThrowUnless(after.Values("via").SequenceEqual(via), "Via is wrong");

        string[] old = rewrite.TrustClient ? [.. before.Values("x-forwarded-for").SelectMany(Elements)] : [];
        ThrowUnless(after.Values("x-forwarded-for").SelectMany(Elements).SequenceEqual([.. old, rewrite.Address]), "X-Forwarded-For is wrong");

        string[] oldProto = rewrite.TrustClient ? [.. before.Values("x-forwarded-proto")] : [];
        ThrowUnless(after.Values("x-forwarded-proto").SequenceEqual(oldProto is [] ? [rewrite.Scheme] : oldProto), "X-Forwarded-Proto is wrong");

        string[] oldHost = rewrite.TrustClient ? [.. before.Values("x-forwarded-host")] : [];
        string[] ownHost = before.Head.Authority.IsEmpty ? [] : [before.Text(before.Head.Authority)];
        ThrowUnless(after.Values("x-forwarded-host").SequenceEqual(oldHost is [] ? ownHost : oldHost), "X-Forwarded-Host is wrong");

        int forwarded = (rewrite.TrustClient ? before.Values("forwarded").Count() : 0) + (rewrite.SendForwarded ? 1 : 0);
        ThrowUnless(after.Values("forwarded").Count() == forwarded, "Forwarded is wrong");
    }

    private static void CheckSession(ParsedRequest before, ParsedRequest after, RewriteCase rewrite)
    {
        string[] ids = rewrite.SessionId.Length == 0 ? [] : [rewrite.SessionId];
        ThrowUnless(after.Values("x-session-id").SequenceEqual(ids) && !after.Values("x-session-moved").Any(), "the session is not what we said");
        string[] requestIds = rewrite.RequestId.Length == 0 ? [.. before.Values("x-request-id")] : [rewrite.RequestId];
        ThrowUnless(after.Values("x-request-id").SequenceEqual(requestIds), "X-Request-Id is wrong");
        string[] traceParents = rewrite.TraceParent.Length == 0 ? [.. before.Values("traceparent")] : [rewrite.TraceParent];
        ThrowUnless(after.Values("traceparent").SequenceEqual(traceParents), "traceparent is wrong");
        string[] traceStates = rewrite.DropsTraceState ? [] : [.. before.Values("tracestate")];
        ThrowUnless(after.Values("tracestate").SequenceEqual(traceStates), "tracestate is wrong");
        bool isNamed = before.Values("connection").SelectMany(Elements).Any(option => option.Equals("cookie", StringComparison.OrdinalIgnoreCase));
        string[] expected = isNamed ? [] : [.. before.Values("cookie").Select(value => WithoutCookie(value, rewrite.HiddenCookie)).OfType<string>()];
        ThrowUnless(after.Values("cookie").SequenceEqual(expected), "Cookie is wrong");
    }

    /// <summary>Null if nothing is left of the line.</summary>
    private static string? WithoutCookie(string value, string name)
    {
        string[] crumbs = value.Split(';');
        string[] kept = [.. crumbs.Where(crumb => !crumb.Contains('=', StringComparison.Ordinal) || crumb.Split('=')[0].Trim(' ', '\t') != name)];
        if (name.Length == 0 || kept.Length == crumbs.Length)
        {
            return value;
        }
        return kept.All(crumb => crumb.Trim(' ', '\t').Length == 0) ? null : string.Join(';', kept).Trim(' ', '\t');
    }

    private static IEnumerable<string> Elements(string list) =>
        list.Split(',').Select(element => element.Trim(' ', '\t')).Where(element => element.Length > 0);

    private static IEnumerable<(string Name, string Value)> Others(ParsedRequest request) =>
        from field in request.Fields
        where field.Known is FieldName.Other or FieldName.Authorization or FieldName.Date or FieldName.Trailer or FieldName.ProxyAuthenticate
        select (request.Text(field.Name).ToLowerInvariant(), request.Text(field.Value));

    private static bool IsProtected(string name) =>
        name.StartsWith("x-forwarded-", StringComparison.Ordinal) || name.StartsWith("x-session-", StringComparison.Ordinal)
        || name is "close" or "set-cookie" or "date" or "trailer" or "proxy-authenticate";
}
