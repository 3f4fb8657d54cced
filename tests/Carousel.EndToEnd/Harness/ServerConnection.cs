using System.Net.Sockets;

namespace Carousel.EndToEnd.Harness;

/// <summary>A connection that a <see cref="ScriptedServer"/> accepted.</summary>
internal sealed class ServerConnection(Socket socket, ScriptedServer server, int index) : Wire(socket)
{
    private volatile bool _isOpen = true;

    /// <summary>The index of the connection, from 0 in order of arrival.</summary>
    public int Index { get; } = index;

    /// <summary>False once the script has ended or has read the end of the connection.</summary>
    public bool IsOpen => _isOpen;

    /// <summary>The next request with its body, recorded in <see cref="ScriptedServer.Requests"/>; null on FIN.</summary>
    public async Task<Message?> ReadRequestAsync()
    {
        Message? head = await ReadRequestHeadAsync();
        return head is null ? null : await ReadBodyAsync(head);
    }

    /// <summary>The next request's head, recorded in <see cref="ScriptedServer.Requests"/>; null on FIN.</summary>
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
