using Carousel.Core.Sessions;
using Carousel.Engine.Http;

namespace Carousel.Engine.Sessions;

/// <summary>The fields of a request that are stored in its session's record.</summary>
internal static class RecordFields
{
    /// <summary>Copies the end-to-end fields without credentials, as many as fit, and returns them.</summary>
    /// <param name="request">The head as received.</param>
    /// <param name="hidden">The fields with credentials.</param>
    /// <param name="to">Space for them.</param>
    public static ReadOnlySpan<byte> Of(RequestHead request, CredentialNames hidden, Span<byte> to)
    {
        int length = 0;
        ReadOnlySpan<byte> head = request.Bytes;
        foreach (ref readonly Field field in request.Fields)
        {
            bool isEndToEnd = field.Known is FieldName.Other or FieldName.Host
                && !(request.ConnectionNamesFields && ConnectionNames.Remove(head, request.Fields, field));
            if (isEndToEnd && !hidden.Contains(field.Name.Of(head)))
            {
                SessionFields.TryAppend(to, ref length, field.Name.Of(head), field.Value.Of(head));
            }
        }
        return to[..length];
    }
}
