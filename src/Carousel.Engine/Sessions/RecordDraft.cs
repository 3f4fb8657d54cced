using Carousel.Core.Sessions;
using Carousel.Engine.Http;

namespace Carousel.Engine.Sessions;

/// <summary>
/// The parts of a session's record that come from a request: copied while the head is available, kept until the response. Pooled.
/// </summary>
internal sealed class RecordDraft
{
    private readonly byte[] _fields = new byte[SessionFields.MaxBytes];
    private readonly byte[] _client = new byte[ForwardingInfo.MaxAddress];
    private int _fieldsLength;
    private int _clientLength;

    public ReadOnlySpan<byte> Fields => _fields.AsSpan(0, _fieldsLength);

    public ReadOnlySpan<byte> Client => _client.AsSpan(0, _clientLength);

    /// <summary>Copies the end-to-end fields without credentials, as many as fit, and the client's address.</summary>
    public void Fill(ReadOnlySpan<byte> head, in RequestHead request, ReadOnlySpan<Field> fields, CredentialNames hidden, in ForwardingInfo info)
    {
        _fieldsLength = 0;
        foreach (ref readonly Field field in fields)
        {
            bool isEndToEnd = field.Known is FieldName.Other or FieldName.Host
                && !(request.ConnectionNamesFields && ConnectionNames.Remove(head, fields, field));
            if (isEndToEnd && !hidden.Contains(field.Name.Of(head)))
            {
                SessionFields.TryAppend(_fields, ref _fieldsLength, field.Name.Of(head), field.Value.Of(head));
            }
        }
        info.Client.CopyTo(_client);
        _clientLength = info.Client.Length;
    }
}
