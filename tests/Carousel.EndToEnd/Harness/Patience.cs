using System.Diagnostics;

namespace Carousel.EndToEnd.Harness;

/// <summary>How long tests wait for what must happen. A deadline is only there to fail a test that would hang: none is a measure of speed.</summary>
internal static class Patience
{
    /// <summary>Far longer than anything takes on a busy machine, far shorter than any default timeout of the balancer.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(5);

    /// <summary>Asks again and again until the condition holds.</summary>
    /// <exception cref="TimeoutException">It never held; the message names <paramref name="what"/>.</exception>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        long begin = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(begin) > Limit)
            {
                throw new TimeoutException($"Waited {Limit.TotalSeconds:0} s in vain for: {what}");
            }
            await Task.Delay(Between);
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
                throw new TimeoutException($"Waited {limit.TotalSeconds:0} s in vain for: {what}");
            }
            await Task.Delay(Between);
        }
    }

    /// <summary>As the first, where the condition takes work: patience begins anew whenever some of it was done, as how long all of it takes is the machine's business.</summary>
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
                throw new TimeoutException($"Waited {Limit.TotalSeconds:0} s in vain for more of: {what}");
            }
            await Task.Delay(Between);
        }
    }

    /// <summary>
    /// Waits until the value has not changed for as long as <paramref name="quiet"/>; returns it. For "has stopped growing", where only the clock can tell.
    /// </summary>
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
            await Task.Delay(Between);
            long now = value();
            if (now != last)
            {
                last = now;
                since = Stopwatch.GetTimestamp();
            }
        }
        return last;
    }

    /// <summary>The task's result, or a failure that names <paramref name="what"/>.</summary>
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
            throw new TimeoutException($"Waited {limit.TotalSeconds:0} s in vain for: {what}");
        }
        await task;
    }
}
