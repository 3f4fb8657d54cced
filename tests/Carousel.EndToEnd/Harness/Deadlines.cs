using System.Diagnostics;

namespace Carousel.EndToEnd.Harness;

/// <summary>Deadlines of waits in tests. A deadline only fails a test that would otherwise hang; it does not measure speed.</summary>
internal static class Deadlines
{
    /// <summary>Far longer than any wait on a busy machine, far shorter than any default timeout of the balancer.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    /// <summary>Polls until the condition is true.</summary>
    /// <exception cref="TimeoutException">The condition did not become true; the message names <paramref name="what"/>.</exception>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        long begin = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(begin) > Limit)
            {
                throw new TimeoutException($"Waited {Limit.TotalSeconds:0} s without success for: {what}");
            }
            await Task.Delay(PollInterval);
        }
    }

    /// <inheritdoc cref="UntilAsync(Func{bool}, string)"/>
    public static Task UntilAsync(Func<Task<bool>> condition, string what) => UntilAsync(condition, what, Limit);

    /// <summary>As the other, for what may take longer than all else.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what, TimeSpan limit)
    {
        long begin = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(begin) > limit)
            {
                throw new TimeoutException($"Waited {limit.TotalSeconds:0} s without success for: {what}");
            }
            await Task.Delay(PollInterval);
        }
    }

    /// <summary>
    /// Polls until the condition is true. The deadline restarts whenever <paramref name="done"/> changes, because the total time depends on the machine.
    /// </summary>
    public static async Task UntilAsync(Func<bool> condition, Func<long> done, string what)
    {
        long since = Stopwatch.GetTimestamp();
        long last = done();
        while (!condition())
        {
            long now = done();
            if (now != last)
            {
                (last, since) = (now, Stopwatch.GetTimestamp());
            }
            if (Stopwatch.GetElapsedTime(since) > Limit)
            {
                throw new TimeoutException($"Waited {Limit.TotalSeconds:0} s without progress for: {what}");
            }
            await Task.Delay(PollInterval);
        }
    }

    /// <summary>Waits until the value has not changed for <paramref name="quiet"/>; returns it. For "has stopped growing", which only time can show.</summary>
    public static async Task<long> UntilQuietAsync(Func<long> value, TimeSpan quiet)
    {
        long begin = Stopwatch.GetTimestamp();
        long last = value();
        long since = begin;
        while (Stopwatch.GetElapsedTime(since) < quiet)
        {
            if (Stopwatch.GetElapsedTime(begin) > Limit)
            {
                throw new TimeoutException($"Still changing after {Limit.TotalSeconds:0} s: now {last}");
            }
            await Task.Delay(PollInterval);
            long now = value();
            if (now != last)
            {
                last = now;
                since = Stopwatch.GetTimestamp();
            }
        }
        return last;
    }

    /// <summary>The task's result; throws if it takes too long, with a message that names <paramref name="what"/>.</summary>
    public static async Task<T> WithinAsync<T>(Task<T> task, string what)
    {
        await WithinAsync((Task)task, what);
        return await task;
    }

    /// <inheritdoc cref="WithinAsync{T}(Task{T}, string)"/>
    public static Task WithinAsync(Task task, string what) => WithinAsync(task, what, Limit);

    /// <summary>As the other, for what may take longer than all else.</summary>
    public static async Task WithinAsync(Task task, string what, TimeSpan limit)
    {
        if (await Task.WhenAny(task, Task.Delay(limit)) != task)
        {
            throw new TimeoutException($"Waited {limit.TotalSeconds:0} s without success for: {what}");
        }
        await task;
    }
}
