using System.Runtime.InteropServices;
using Carousel.Bench.Wire;

namespace Carousel.Bench.Backend;

/// <summary>A connection from the proxy: one request at a time; the next is read after the response.</summary>
internal sealed class Connection(int fd, Server server) : IWatched
{
    private readonly byte[] _in = new byte[8192];
    private int _have;
    private int _request;
    private bool _closes;

    public bool IsOpen { get; private set; } = true;

    public void Ready()
    {
        int received = Libc.Receive(fd, _in.AsSpan(_have));
        if (received < 0 && Marshal.GetLastPInvokeError() == Libc.TryAgain)
        {
            return;
        }

        if (received <= 0)
        {
            Close();
            return;
        }

        _have += received;
        TakeRequests();
    }

    /// <summary>Starts the work on its request.</summary>
    public void Begin()
    {
        Head.TryTake(_in.AsSpan(0, _have), out Head head);
        server.Begin(head.Field("X-Id"u8));
    }

    /// <summary>Ends the work on its request.</summary>
    public void Respond()
    {
        if (IsOpen)
        {
            Reply(server.Worked);
            TakeRequests();
        }
    }

    private void TakeRequests()
    {
        while (IsOpen && _request == 0 && Head.TryTake(_in.AsSpan(0, _have), out Head head))
        {
            int length = head.Length + Math.Max(0, head.ContentLength);
            if (_have < length)
            {
                return;
            }

            _request = length;
            _closes = head.Closes;
            ReadOnlySpan<byte> response = server.Take(this, head);
            if (!response.IsEmpty)
            {
                Reply(response);
            }
        }
    }

    private void Reply(ReadOnlySpan<byte> response)
    {
        if (!Libc.Send(fd, response) || _closes)
        {
            Close();
            return;
        }

        _in.AsSpan(_request, _have - _request).CopyTo(_in);
        _have -= _request;
        _request = 0;
    }

    private void Close()
    {
        IsOpen = false;
        server.Loop.Close(fd);
    }
}
