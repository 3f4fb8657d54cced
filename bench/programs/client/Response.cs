using System.Text;
using Carousel.Bench.Wire;

namespace Carousel.Bench.Client;

/// <summary>The bytes of one response; all responses here are small.</summary>
internal sealed class Response
{
    private const int MaxBytes = 8192;
    private readonly byte[] _bytes = new byte[MaxBytes];
    private int _have;

    public bool IsEmpty => _have == 0;

    /// <summary>True if its last byte has arrived.</summary>
    public bool IsWhole => TryHead(out Head head) && BodyEnd(head) is >= 0 and var end && _have >= end;

    /// <summary>True if it ends with its connection.</summary>
    public bool EndsWithConnection => TryHead(out Head head) && !IsChunked(head) && head.ContentLength < 0;

    /// <summary>True if the connection closes after it.</summary>
    public bool Closes => TryHead(out Head head) && head.Closes;

    /// <summary><c>ok</c>, or the status with the reason that Carousel reports.</summary>
    public string Outcome
    {
        get
        {
            if (!TryHead(out Head head))
            {
                return "cut-short";
            }

            ReadOnlySpan<byte> status = head.StartLine[9..12];
            return status[0] == (byte)'2' ? "ok" : $"{Encoding.ASCII.GetString(status)} {Encoding.ASCII.GetString(head.Field("X-Carousel-Reason"u8))}".TrimEnd();
        }
    }

    public void Clear() => _have = 0;

    /// <summary>As <see cref="Libc.Receive"/>.</summary>
    public int Receive(int fd)
    {
        int received = Libc.Receive(fd, _bytes.AsSpan(_have));
        _have += Math.Max(0, received);
        return received;
    }

    private static bool IsChunked(in Head head) => !head.Field("Transfer-Encoding"u8).IsEmpty;

    private bool TryHead(out Head head) => Head.TryTake(_bytes.AsSpan(0, _have), out head);

    /// <summary>The end of the body; negative if not known yet.</summary>
    private int BodyEnd(in Head head)
    {
        if (!IsChunked(head))
        {
            return head.ContentLength < 0 ? -1 : head.Length + head.ContentLength;
        }

        return _bytes.AsSpan(0, _have).EndsWith("0\r\n\r\n"u8) ? _have : -1;
    }
}
