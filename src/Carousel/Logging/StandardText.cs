using System.Runtime.InteropServices;
using System.Text;
using Carousel.Control.Telemetry;

namespace Carousel.Logging;

/// <summary>Standard output can't be written to; the message says why.</summary>
internal sealed class OutputException(string message) : IOException(message);

/// <summary>What commands that end by themselves print to: they wait for whoever reads, and mind no reader who has left.</summary>
/// <param name="write">Where to.</param>
/// <param name="mustSucceed">True to throw an <see cref="OutputException"/> for what can't be written; else it is lost.</param>
internal sealed class StandardText(WriteBytes write, bool mustSucceed) : TextWriter
{
    private const int BrokenPipe = 32;

    public override Encoding Encoding { get; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <summary>From now on the console is written to through this.</summary>
    public static void Install()
    {
        Console.SetOut(new StandardText(StandardStreams.WriteOutput, mustSucceed: true));
        Console.SetError(new StandardText(StandardStreams.WriteError, mustSucceed: false));
    }

    public override void Write(char value) => Write([value]);

    public override void Write(string? value) => Write(value.AsSpan());

    public override void WriteLine(string? value) => Write(value + "\n");

    public override void Write(ReadOnlySpan<char> text)
    {
        byte[] bytes = new byte[Encoding.GetByteCount(text)];
        Encoding.GetBytes(text, bytes);
        for (int written = 0; written < bytes.Length;)
        {
            int taken = write(bytes.AsSpan(written));
            if (taken > 0)
            {
                written += taken;
            }
            else if (taken == -StandardStreams.WouldBlock)
            {
                Thread.Sleep(OutputWriter.FullPause);
            }
            else if (taken == -BrokenPipe || !mustSucceed)
            {
                return;
            }
            else
            {
                throw new OutputException($"standard output can't be written to: {Marshal.GetPInvokeErrorMessage(-taken)}");
            }
        }
    }
}
