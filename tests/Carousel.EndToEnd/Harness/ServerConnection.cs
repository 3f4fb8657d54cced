using System.Net.Sockets;

namespace Carousel.EndToEnd.Harness;

/// <summary>A connection that a <see cref="ScriptedServer"/> accepted.</summary>
internal sealed class ServerConnection(Socket socket, ScriptedServer server, int index) : Wire(socket)
{
    private volatile bool _isOpen = true;

    /// <summary>Counted from 0 in the order of arrival.</summary>
    public int Index { get; } = index;

    /// <summary>False once the script has ended, or has seen the other side's end.</summary>
    public bool IsOpen => _isOpen;

    /// <summary>The next request with its body, noted in <see cref="ScriptedServer.Requests"/>; null if the connection ends in order instead.</summary>
    public async Task<Message?> ReadRequestAsync()
    {
        Message? head = await ReadRequestHeadAsync();
        return head is null ? null : await ReadBodyAsync(head);
    }

    /// <summary>The next request's head, noted in <see cref="ScriptedServer.Requests"/>; null if the connection ends in order instead.</summary>
    public async Task<Message?> ReadRequestHeadAsync()
    {
        string head;
        try
        {
            head = await ReadHeadAsync();
        }
        catch (EndOfStreamException)
        {
            return null;
        }
        var message = Message.Parse(head);
        server.Note(message);
        return message;
    }

    public Task RespondAsync(string body, string fields = "") =>
        SendAsync($"HTTP/1.1 200 OK\r\n{fields}Content-Length: {body.Length}\r\n\r\n{body}");

    internal void MarkClosed() => _isOpen = false;
}
