using System.Runtime.InteropServices;
using System.Text;
using Carousel.Control.Telemetry;

namespace Carousel.Logging;

/// <summary>A write to standard output failed; the message has the reason.</summary>
internal sealed class OutputException(string message) : IOException(message);

/// <summary>The output of short-lived commands: writes block, and a broken pipe is ignored.</summary>
/// <param name="write">Where to.</param>
/// <param name="mustSucceed">True to throw an <see cref="OutputException"/> if a write fails; false to drop the text.</param>
internal sealed class StandardText(WriteBytes write, bool mustSucceed) : TextWriter
{
    private const int BrokenPipe = 32;

    public override Encoding Encoding { get; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Redirects the console through this.</summary>
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
