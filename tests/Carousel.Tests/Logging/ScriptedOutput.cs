using System.Text;

namespace Carousel.Tests.Logging;

/// <summary>An output that accepts bytes, fails or hangs, as scripted.</summary>
internal sealed class ScriptedOutput : IDisposable
{
    private readonly StringBuilder _taken = new();
    private readonly ManualResetEventSlim _goesOn = new(initialState: true);
    private readonly SemaphoreSlim _called = new(0);
    private volatile int _result = int.MaxValue;

    /// <summary>All bytes written.</summary>
    public string Taken
    {
        get
        {
            lock (_taken)
            {
                return _taken.ToString();
            }
        }
    }

    /// <summary>From now on, a write accepts at most this many bytes, or fails with this negated errno.</summary>
    public void Gives(int result) => _result = result;

    /// <summary>From now on, writes hang.</summary>
    public void Hang() => _goesOn.Reset();

    /// <summary>Releases hanging writes; later writes return.</summary>
    public void GoOn() => _goesOn.Set();

    /// <summary>Waits for the next write to begin.</summary>
    public void UntilCalled() => Assert(_called.Wait(TimeSpan.FromSeconds(20)), "a write");

    /// <summary>Waits until this was written.</summary>
    public void UntilTaken(string text) => Assert(SpinWait.SpinUntil(() => Taken == text, TimeSpan.FromSeconds(20)), $"\"{text}\", taken is \"{Taken}\"");

    public int Write(ReadOnlySpan<byte> bytes)
    {
        _called.Release();
        _goesOn.Wait();
        if (_result < 0)
        {
            return _result;
        }
        int count = Math.Min(_result, bytes.Length);
        lock (_taken)
        {
            _taken.Append(Encoding.ASCII.GetString(bytes[..count]));
        }
        return count;
    }

    public void Dispose() => _goesOn.Set();

    private static void Assert(bool condition, string what)
    {
        if (!condition)
        {
            throw new TimeoutException($"Timed out waiting for {what}");
        }
    }
}
