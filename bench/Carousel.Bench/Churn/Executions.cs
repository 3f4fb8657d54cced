using Carousel.Bench.Servers;

namespace Carousel.Bench.Churn;

/// <summary>What the servers' files and the load's say about the POSTs together.</summary>
/// <param name="Twice">Ids that were executed more than once.</param>
/// <param name="Never">Ids whose POST had a 2xx response, though no server executed it.</param>
/// <param name="FailedButDone">Ids that were executed once although the client got an error: it cannot know that they were.</param>
internal sealed record Executions(long Twice, long Never, long FailedButDone)
{
    public static Executions Read(Fleet fleet, string posts)
    {
        var done = fleet.Servers.Where(server => File.Exists(server.Executed))
            .SelectMany(server => File.ReadLines(server.Executed))
            .CountBy(id => id)
            .ToDictionary();
        var told = File.ReadLines(posts).Select(line => line.Split(' ', 2)).ToDictionary(words => words[0], words => words[1] == "ok");
        return new Executions(
            Twice: done.Values.LongCount(times => times > 1),
            Never: told.LongCount(post => post.Value && !done.ContainsKey(post.Key)),
            FailedButDone: told.LongCount(post => !post.Value && done.ContainsKey(post.Key)));
    }
}
