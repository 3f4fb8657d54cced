using System.Text;
using Carousel.Core.Net;
using Carousel.Engine.Http;
using Carousel.Engine.Sessions;
using static Carousel.Fuzz.Targets.ViolationException;

namespace Carousel.Fuzz.Targets;

/// <summary>The invariants of a request that is edited and encoded.</summary>
internal static class RequestRewriting
{
    /// <summary>Maximum bytes by which an encoded head exceeds the received one.</summary>
    public const int MaxGrowth = RequestEdits.MaxBytes + Http1RequestEncoder.MaxGrowth;

    private static readonly HeadLimits OutputLimits = new(Heads.Limits.MaxBytes + MaxGrowth, Heads.Limits.MaxFields + 8);

    public static byte[] Rewrite(ParsedRequest request, RewriteCase rewrite)
    {
        // Parsed again, because a head keeps its edits.
        RequestHead head = ParsedRequest.Of(request.Bytes, OutputLimits).Head;
        ForwardingInfo info = Info(request, rewrite, new byte[ForwardingInfo.MaxAddress]);
        RequestEdits.Apply(head, info);
        byte[] first = Encode(head), second = Encode(head);
        ThrowUnless(first.Length <= head.Length + MaxGrowth, "the head has grown by more than its maximum");
        ThrowUnless(first.AsSpan().SequenceEqual(second), "a second attempt gets another head");
        return first;
    }

    public static byte[] Encode(RequestHead head)
    {
        var room = new byte[head.Length + MaxGrowth + SessionMovedLine.MaxBytes];
        return room[^Http1RequestEncoder.Encode(head, room)..];
    }

    private static ForwardingInfo Info(ParsedRequest request, RewriteCase rewrite, byte[] text)
    {
        byte[] peer = Encoding.Latin1.GetBytes(rewrite.Address);
        AddressText.TryRead(peer, out ClientAddress address);
        var info = new ForwardingInfo(address, peer, rewrite.Scheme == "https")
        {
            TrustClient = rewrite.TrustClient,
            SendForwarded = rewrite.SendForwarded,
            FallbackHost = Encoding.Latin1.GetBytes(rewrite.FallbackHost),
            SessionId = Encoding.Latin1.GetBytes(rewrite.SessionId),
            RequestId = Encoding.Latin1.GetBytes(rewrite.RequestId),
            TraceParent = Encoding.Latin1.GetBytes(rewrite.TraceParent),
            DropsTraceState = rewrite.DropsTraceState,
            HiddenCookie = Encoding.Latin1.GetBytes(rewrite.HiddenCookie),
        };
        info.Believe(request.Head, RewriteCase.Trusted, text);
        return info;
    }

    public static void Check(ParsedRequest request, RewriteCase rewrite)
    {
        byte[] output = Rewrite(request, rewrite);
        ParsedRequest again = ParsedRequest.Of(output, OutputLimits);
        ThrowUnless(again.Status == ParseStatus.Complete, $"the rewritten head is {again.Status}: {again.Reason}");
        ThrowUnless(again.Head.Length == output.Length, "the rewritten head's length is wrong");
        CheckMeaning(request, again, rewrite);
        CheckFields(request, again);
        CheckForwarding(request, again, rewrite);
        CheckSession(request, again, rewrite);
    }

    private static void CheckMeaning(ParsedRequest before, ParsedRequest after, RewriteCase rewrite)
    {
        RequestHead a = before.Head, b = after.Head;
        ThrowUnless(before.Text(a.MethodToken) == after.Text(b.MethodToken) && a.Method == b.Method, "the method changed");
        ThrowUnless(!b.IsHttp10 && b.Form != TargetForm.Absolute && b.KeepAlive, "the request line or the connection was not rewritten");
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
        ThrowUnless(after.Head.Upgrade ? connection is ["upgrade"] : connection is [], "an unexpected Connection field");
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
        ThrowUnless(expected.SequenceEqual(actual), "unrelated fields changed");
    }

    private static void CheckForwarding(ParsedRequest before, ParsedRequest after, RewriteCase rewrite)
    {
        string[] via = [.. before.Values("via"), before.Head.IsHttp10 ? "1.0 carousel" : "1.1 carousel"];
        ThrowUnless(after.Values("via").SequenceEqual(via), "Via is wrong");

        ClientOrigin origin = Info(before, rewrite, new byte[ForwardingInfo.MaxAddress]).Origin;
        var dropped = new FieldSet(rewrite.TrustClient ? origin.Dropped : FieldSet.Forwarding);
        bool keepsFor = before.Head.Present.Without(dropped).Has(FieldName.XForwardedFor);
        string[] own = keepsFor ? [.. before.Values("x-forwarded-for").SelectMany(Elements)] : IsPeer(origin, rewrite) ? [] : [origin.Address.ToString()];
        ThrowUnless(after.Values("x-forwarded-for").SelectMany(Elements).SequenceEqual([.. own, rewrite.Address]), "X-Forwarded-For is wrong");

        string[] proto = dropped.Has(FieldName.XForwardedProto) ? [] : [.. before.Values("x-forwarded-proto")];
        ThrowUnless(after.Values("x-forwarded-proto").SequenceEqual(proto is [] ? [origin.IsHttps ? "https" : "http"] : proto), "X-Forwarded-Proto is wrong");

        string[] host = dropped.Has(FieldName.XForwardedHost) ? [] : [.. before.Values("x-forwarded-host")];
        string[] defaultHost = !origin.Host.IsEmpty ? [before.Text(origin.Host)] : before.Head.Authority.IsEmpty ? [] : [before.Text(before.Head.Authority)];
        ThrowUnless(after.Values("x-forwarded-host").SequenceEqual(host is [] ? defaultHost : host), "X-Forwarded-Host is wrong");

        int forwarded = (dropped.Has(FieldName.Forwarded) ? 0 : before.Values("forwarded").Count()) + (rewrite.SendForwarded ? 1 : 0);
        ThrowUnless(after.Values("forwarded").Count() == forwarded, "Forwarded is wrong");
        CheckAgreement(before, after, rewrite, origin);

        string[] expectedForwarding = rewrite.TrustClient ? [.. Lines(before, FieldName.OtherForwarding)] : [];
        ThrowUnless(Lines(after, FieldName.OtherForwarding).SequenceEqual(expectedForwarding), "a trusted forwarding field was lost, or an untrusted one passed on");
        FieldName[] never = [FieldName.Reserved, FieldName.XCarouselCapacity, FieldName.XCarouselLoad];
        ThrowUnless(!never.SelectMany(name => Lines(after, name)).Any(), "a reserved name was passed on");
    }

    /// <summary>Checks that a server that trusts the balancer derives the same client, scheme and host from each of the fields.</summary>
    private static void CheckAgreement(ParsedRequest before, ParsedRequest after, RewriteCase rewrite, ClientOrigin origin)
    {
        int hops = after.Values("x-forwarded-for").Concat(after.Values("forwarded")).Sum(value => value.Count(c => c == ',') + 1);
        if (!rewrite.TrustClient || hops >= ForwardedFor.MaxHops)
        {
            return;
        }
        ClientOrigin seen = ClientOrigin.OfConnection(RewriteCase.Us, isHttps: false);
        seen.Believe(after.Head, RewriteCase.Trusted, sendsForwarded: false);
        ThrowUnless(seen.Address == origin.Address, $"a server sees client {seen.Address} instead of {origin.Address}");
        ThrowUnless(seen.IsHttps == origin.IsHttps, "a server sees a different scheme");
        ThrowUnless((seen.Dropped & FieldSet.Forwarded) == 0, "Forwarded and X-Forwarded-* contradict each other");
        string authority = before.Head.Authority.IsEmpty ? rewrite.FallbackHost : before.Text(before.Head.Authority);
        string host = origin.Host.IsEmpty ? authority : before.Text(origin.Host);
        ThrowUnless((seen.Host.IsEmpty ? after.Text(after.Head.Authority) : after.Text(seen.Host)) == host, "a server sees a different host");
    }

    private static bool IsPeer(ClientOrigin origin, RewriteCase rewrite) =>
        AddressText.TryRead(Encoding.Latin1.GetBytes(rewrite.Address), out ClientAddress peer) && peer == origin.Address;

    private static void CheckSession(ParsedRequest before, ParsedRequest after, RewriteCase rewrite)
    {
        string[] ids = rewrite.SessionId.Length == 0 ? [] : [rewrite.SessionId];
        ThrowUnless(after.Values("x-session-id").SequenceEqual(ids) && !after.Values("x-session-moved").Any(), "X-Session-Id or X-Session-Moved is wrong");
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

    /// <summary>Returns null if no cookie is left.</summary>
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

    private static IEnumerable<string> Lines(ParsedRequest request, FieldName name) =>
        from field in request.Fields
        where field.Known == name
        select $"{request.Text(field.Name)}: {request.Text(field.Value)}";

    private static IEnumerable<(string Name, string Value)> Others(ParsedRequest request) =>
        from field in request.Fields
        where field.Known is FieldName.Other or FieldName.Authorization or FieldName.Date or FieldName.Trailer or FieldName.ProxyAuthenticate
        select (request.Text(field.Name).ToLowerInvariant(), request.Text(field.Value));

    private static bool IsProtected(string name) =>
        name.StartsWith("x-session-", StringComparison.Ordinal)
        || name is "close" or "set-cookie" or "date" or "trailer" or "proxy-authenticate";
}
