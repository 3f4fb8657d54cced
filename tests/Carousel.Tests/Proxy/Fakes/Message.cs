using System.Globalization;
using System.Text;

namespace Carousel.Tests.Proxy.Fakes;

/// <summary>A message, read by simple code rather than by the parser under test.</summary>
/// <param name="Head">From the first line up to the empty line, exclusive.</param>
/// <param name="Body">The body without its framing.</param>
/// <param name="IsWhole">The message is complete.</param>
internal sealed record Message(string Head, string Body, bool IsWhole)
{
    public string FirstLine => Head.Split("\r\n")[0];

    /// <summary>0 if not even the status line is complete.</summary>
    public int Status => FirstLine.Length > 12 ? int.Parse(FirstLine.Split(' ')[1], CultureInfo.InvariantCulture) : 0;

    public string? Field(string name) => Head.Split("\r\n").Skip(1).Select(line => line.Split(": ", 2))
        .FirstOrDefault(pair => pair.Length == 2 && pair[0].Equals(name, StringComparison.OrdinalIgnoreCase))?[1];

    /// <summary>
    /// The responses in these bytes; <paramref name="methods"/> are those of the requests, <paramref name="ended"/> means that no more will arrive.
    /// </summary>
    public static List<Message> Responds(string bytes, IEnumerable<string> methods, bool ended)
    {
        var responses = new List<Message>();
        int at = 0;
        foreach (string method in methods)
        {
            Message? response;
            do
            {
                response = Read(bytes, ref at, method == "HEAD", ended);
                if (response is not null)
                {
                    responses.Add(response);
                }
            }
            while (response is { Status: < 200 and not 101 });
        }
        return at == bytes.Length ? responses : throw new FormatException($"unexpected: {bytes[at..]}");
    }

    /// <summary>The requests in these bytes.</summary>
    public static List<Message> Requests(string bytes)
    {
        var requests = new List<Message>();
        int at = 0;
        while (Read(bytes, ref at, isHead: false, ended: false) is { } request)
        {
            requests.Add(request);
        }
        return requests;
    }

    private static Message? Read(string bytes, ref int at, bool isHead, bool ended)
    {
        if (at >= bytes.Length)
        {
            return null;
        }
        int headEnd = bytes.IndexOf("\r\n\r\n", at, StringComparison.Ordinal);
        if (headEnd < 0)
        {
            var cut = new Message(bytes[at..], "", false);
            at = bytes.Length;
            return cut;
        }
        var message = new Message(bytes[at..headEnd], "", true);
        at = headEnd + 4;
        if (isHead || (message.Head.StartsWith("HTTP/", StringComparison.Ordinal) && message.Status is < 200 or 204 or 304))
        {
            return message;
        }
        if (message.Field("Transfer-Encoding") == "chunked")
        {
            return ReadChunks(message, bytes, ref at);
        }
        if (message.Field("Content-Length") is { } length)
        {
            int wanted = int.Parse(length, CultureInfo.InvariantCulture), there = Math.Min(wanted, bytes.Length - at);
            at += there;
            return message with { Body = bytes[(at - there)..at], IsWhole = there == wanted };
        }
        if (!message.Head.StartsWith("HTTP/", StringComparison.Ordinal))
        {
            return message;
        }
        int start = at;
        at = bytes.Length;
        return message with { Body = bytes[start..], IsWhole = ended };
    }

    private static Message ReadChunks(Message message, string bytes, ref int at)
    {
        var body = new StringBuilder();
        while (true)
        {
            int lineEnd = bytes.IndexOf("\r\n", at, StringComparison.Ordinal);
            int size = lineEnd < 0 ? -1 : int.Parse(bytes[at..lineEnd].Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            int end = size == 0 ? bytes.IndexOf("\r\n\r\n", lineEnd, StringComparison.Ordinal) + 2 : lineEnd + 2 + size;
            if (size < 0 || end < 2 || end + 2 > bytes.Length)
            {
                at = bytes.Length;
                return message with { Body = body.ToString(), IsWhole = false };
            }
            if (size > 0 && bytes[end..(end + 2)] != "\r\n")
            {
                throw new FormatException("a chunk does not end with its line end");
            }
            body.Append(bytes, lineEnd + 2, size);
            at = end + 2;
            if (size == 0)
            {
                return message with { Body = body.ToString() };
            }
        }
    }
}
