namespace Carousel.Engine.Http;

/// <summary>The edits that a request gets whatever server and protocol it is sent with: what is not passed on, and what the server is told.</summary>
internal static class RequestEdits
{
    /// <summary>Maximum bytes that <see cref="Apply"/> adds to a head.</summary>
    public const int MaxBytes = ForwardingFields.MaxBytes;

    /// <summary>Fields of a request that no server gets from a client.</summary>
    private const ulong Never = FieldSet.ProxyAuthorization | FieldSet.Expect | FieldSet.Session | FieldSet.OwnReports | FieldSet.Reserved;

    /// <summary>Adds the edits to a head that has none.</summary>
    public static void Apply(RequestHead request, in ForwardingInfo info)
    {
        FieldSet dropped = Dropped(request, info);
        FieldSet kept = request.Present.Without(dropped);
        request.Dropped = dropped;
        if (request.ConnectionNamesFields)
        {
            ConnectionNames.RemoveFrom(request);
        }
        if (!info.HiddenCookie.IsEmpty && !info.HidesWholeCookie)
        {
            HideCookie(request, info.HiddenCookie);
        }
        if (kept.Has(FieldName.XForwardedFor))
        {
            AppendPeer(request, info.PeerAddress);
        }
        ForwardingFields.Add(request, info, kept);
        if (request.Authority.IsEmpty)
        {
            request.FallbackAuthority = request.Keep(info.FallbackHost);
        }
    }

    private static FieldSet Dropped(RequestHead request, in ForwardingInfo info)
    {
        ulong dropped = Never | (info.TrustClient ? info.Origin.Dropped : FieldSet.Forwarding);
        if (request.ExpectContinue)
        {
            dropped &= ~FieldSet.Expect;
        }
        if (!info.RequestId.IsEmpty)
        {
            dropped |= FieldSet.XRequestId;
        }
        if (!info.TraceParent.IsEmpty)
        {
            dropped |= FieldSet.Traceparent;
        }
        if (info.DropsTraceState)
        {
            dropped |= FieldSet.Tracestate;
        }
        if (info.HidesWholeCookie)
        {
            dropped |= FieldSet.Cookie;
        }
        return new FieldSet(dropped);
    }

    /// <summary>Appends the peer's address to the last X-Forwarded-For: several lines are one list.</summary>
    private static void AppendPeer(RequestHead request, ReadOnlySpan<byte> peer)
    {
        ReadOnlySpan<Field> fields = request.Fields;
        int last = fields.Length - 1;
        while (fields[last].Known != FieldName.XForwardedFor)
        {
            last--;
        }
        request.AppendReceived(fields[last].Name.Start, fields[last].Value.End);
        request.AppendLine(fields[last].Value.IsEmpty ? default : ", "u8, peer);
        request.Replace(last);
    }

    /// <summary>Removes the cookie of this name from all Cookie fields. The other cookies are unchanged; a field without any is removed.</summary>
    private static void HideCookie(RequestHead request, ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<Field> fields = request.Fields;
        for (int i = 0; i < fields.Length; i++)
        {
            bool isNamed = request.ConnectionNamesFields && ConnectionNames.Remove(request.Bytes, fields, fields[i]);
            if (fields[i].Known == FieldName.Cookie && !isNamed)
            {
                AppendOtherCookies(request, fields[i], name);
                request.Replace(i);
            }
        }
    }

    private static void AppendOtherCookies(RequestHead request, in Field field, ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> value = field.Value.Of(request.Bytes);
        var crumbs = new CookieCrumbs(value);
        bool any = false, isFirst = true;
        request.AppendReceived(field.Name.Start, field.Value.Start);
        while (crumbs.MoveNext())
        {
            if (!crumbs.Name.SequenceEqual(name))
            {
                ReadOnlySpan<byte> crumb = value[crumbs.Start..crumbs.End];
                request.Append(isFirst ? default : ";"u8);
                request.Append(isFirst ? crumb.TrimStart(" \t"u8) : crumb);
                any |= !crumbs.IsBlank;
                isFirst = false;
            }
        }
        if (any)
        {
            request.AppendReceived(field.Value.End, field.LineEnd);
        }
        else
        {
            request.DropAppended();
        }
    }
}
