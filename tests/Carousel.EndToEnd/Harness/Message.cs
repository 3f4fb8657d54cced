using System.Globalization;
using System.Text;

namespace Carousel.EndToEnd.Harness;

/// <summary>A request or a response as it was on the wire. Bytes are decoded as Latin-1, so that none is lost.</summary>
internal sealed class Message
{
    private Message(string head)
    {
        string[] lines = head.Split("\r\n");
        Head = head;
        StartLine = lines[0];
        Fields = [.. lines.Skip(1).Where(line => line.Length > 0).Select(ParseField)];
    }

    /// <summary>The whole head, including the empty line.</summary>
    public string Head { get; }

    public string StartLine { get; }

    public IReadOnlyList<(string Name, string Value)> Fields { get; }

    public byte[] Body { get; private init; } = [];

    /// <summary>The body as it was on the wire, including chunk sizes.</summary>
    public byte[] RawBody { get; private init; } = [];

    public IReadOnlyList<(string Name, string Value)> Trailers { get; private init; } = [];

    public string Text => Encoding.Latin1.GetString(Body);

    public string Method => StartLine.Split(' ')[0];

    public string Target => StartLine.Split(' ')[1];

    public int Status => int.Parse(StartLine.Split(' ')[1], CultureInfo.InvariantCulture);

    public bool IsChunked => this["Transfer-Encoding"] is { } coding && Is(coding, "chunked");

    /// <summary>The field's value, several lines joined by ", "; null if absent.</summary>
    public string? this[string name]
    {
        get
        {
            var values = Fields.Where(field => Is(field.Name, name)).Select(field => field.Value).ToList();
            return values.Count == 0 ? null : string.Join(", ", values);
        }
    }

    public int Count(string name) => Fields.Count(field => Is(field.Name, name));

    public static Message Parse(string head) => new(head);

    public Message With(byte[] body, byte[]? raw = null, string trailers = "") =>
        new(Head)
        {
            Body = body,
            RawBody = raw ?? body,
            Trailers = [.. trailers.Split("\r\n").Where(line => line.Length > 0).Select(ParseField)],
        };

    public override string ToString() => Head + Text;

    private static bool Is(string name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);

    private static (string Name, string Value) ParseField(string line)
    {
        int colon = line.IndexOf(':');
        return colon < 0 ? (line, "") : (line[..colon], line[(colon + 1)..].Trim(' ', '\t'));
    }
}
