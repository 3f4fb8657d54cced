using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;

namespace Carousel.Bench.Floor;

/// <summary>One socket of either side, with its two buffers, and the peer's socket during an exchange.</summary>
internal sealed unsafe class Connection(int fd, bool isServer)
{
    public const int BufferSize = 32768;

    public readonly int Fd = fd;
    public readonly bool IsServer = isServer;
    public readonly byte* In = (byte*)NativeMemory.Alloc(BufferSize);
    public readonly byte* Out = (byte*)NativeMemory.Alloc(BufferSize);
    public int ServerIndex;
    public int Have;
    public long BodyLeft;
    public Connection? Peer;

    public void FreeBuffers()
    {
        NativeMemory.Free(In);
        NativeMemory.Free(Out);
    }

    /// <summary>
    /// Copies the head from <see cref="In"/> to <see cref="Out"/> without its Connection field and its closing empty line.
    /// Returns the head's length, 0 while it is incomplete.
    /// </summary>
    public int Rewrite(out int written, out long contentLength)
    {
        var source = new Span<byte>(In, Have);
        byte* to = Out;
        written = 0;
        contentLength = 0;
        int newline = source.IndexOf((byte)'\n');
        if (newline < 0)
        {
            return 0;
        }

        int at = newline + 1;
        source[..at].CopyTo(new Span<byte>(to, at));
        to += at;
        while (true)
        {
            var rest = source[at..];
            newline = rest.IndexOf((byte)'\n');
            if (newline < 0)
            {
                return 0;
            }

            if (newline <= 1)
            {
                written = (int)(to - Out);
                return at + newline + 1;
            }

            var line = rest[..(newline + 1)];
            if (IsKept(line, ref contentLength))
            {
                line.CopyTo(new Span<byte>(to, line.Length));
                to += line.Length;
            }

            at += newline + 1;
        }
    }

    private static bool IsKept(ReadOnlySpan<byte> line, ref long contentLength)
    {
        int colon = line.IndexOf((byte)':');
        if (colon == 10)
        {
            return !Ascii.EqualsIgnoreCase(line[..10], "connection"u8);
        }

        if (colon == 14 && Ascii.EqualsIgnoreCase(line[..14], "content-length"u8))
        {
            Utf8Parser.TryParse(line[16..], out contentLength, out _);
        }

        return true;
    }
}
