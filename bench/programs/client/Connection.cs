using System.Runtime.InteropServices;
using System.Text;
using Carousel.Bench.Wire;

namespace Carousel.Bench.Client;

/// <summary>A connection to the proxy with one request at a time.</summary>
internal sealed class Connection : IWatched
{
    private const string Common = "/work HTTP/1.1\r\nHost: pool\r\n";
    private static readonly byte[] Get = Encoding.ASCII.GetBytes($"GET {Common}\r\n");

    private readonly int _fd;
    private readonly Load _load;
    private readonly Response _response = new();
    private Request? _request;
    private bool _isConnecting = true;
    private bool _isKept;

    /// <summary>Connects, then sends its first request.</summary>
    public Connection(int fd, Load load, Request first)
    {
        (_fd, _load, _request) = (fd, load, first);
        first.On = this;
    }

    public bool IsOpen { get; private set; } = true;

    public void Send(Request request)
    {
        (_request, request.On) = (request, this);
        byte[] bytes = request.IsPost
            ? Encoding.ASCII.GetBytes($"POST {Common}X-Id: {request.Id}\r\nContent-Length: 4\r\n\r\nbody")
            : Get;
        if (!Libc.Send(_fd, bytes))
        {
            Ended();
        }
    }

    public void Ready()
    {
        if (_isConnecting)
        {
            Connected();
            return;
        }

        int received = _response.Receive(_fd);
        if (received < 0 && Marshal.GetLastPInvokeError() == Libc.TryAgain)
        {
            return;
        }

        if (received <= 0)
        {
            Ended();
        }
        else if (_request is null)
        {
            // The proxy sent an unsolicited response, such as 408 before it closes.
            Close();
        }
        else if (_response.IsWhole)
        {
            OnResponse(_request);
        }
    }

    /// <summary>Aborts its request.</summary>
    public void Abandon()
    {
        if (IsOpen)
        {
            _request = null;
            Close();
        }
    }

    private void Connected()
    {
        Request request = _request!;
        int error = Libc.ConnectError(_fd);
        if (error != 0)
        {
            _load.End(request, "connect-failed");
            Close();
            return;
        }

        _isConnecting = false;
        _load.Loop.NowReadable(_fd, this);
        Send(request);
    }

    private void OnResponse(Request request)
    {
        string outcome = _response.Outcome;
        bool closes = _response.Closes;
        _response.Clear();
        _request = null;
        _load.End(request, outcome);
        if (closes)
        {
            Close();
        }
        else
        {
            _isKept = true;
            _load.Free(this);
        }
    }

    /// <summary>The proxy closed it, or it failed.</summary>
    private void Ended()
    {
        Request? request = _request;
        _request = null;
        bool hasEnd = _response.EndsWithConnection, hasBegun = !_response.IsEmpty;
        string outcome = hasEnd ? _response.Outcome : "cut-short";
        Close();
        if (request is null)
        {
            return;
        }

        if (hasBegun)
        {
            _load.End(request, outcome);
        }
        else
        {
            _load.EndedWithoutResponse(request, _isKept);
        }
    }

    private void Close()
    {
        IsOpen = false;
        _load.Loop.Close(_fd);
        _load.Gone();
    }
}
