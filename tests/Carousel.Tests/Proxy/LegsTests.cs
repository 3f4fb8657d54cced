using System.Runtime.CompilerServices;
using Carousel.Core.Health;
using Carousel.Engine.Proxy;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>docs/STATES.md agrees with the code on legs and circuit breakers.</summary>
public sealed class LegsTests
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Root(), "docs", "STATES.md"));

    [Fact]
    public void RequestLeg_EveryPair_IsAsDocumented() =>
        AssertTable<RequestLeg>("## The request leg", (now, next) => next.MayFollow(now));

    [Fact]
    public void ResponseLeg_EveryPair_IsAsDocumented() =>
        AssertTable<ResponseLeg>("## The response leg", (now, next) => next.MayFollow(now));

    [Fact]
    public void CircuitBreaker_EveryPair_IsAsDocumented() =>
        AssertTable<CircuitState>("## A server's circuit breaker", (now, next) => next.MayFollow(now));

    [Fact]
    public void Refuse_AnyTransition_NamesIt()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Legs.Refuse(RequestLeg.Done, RequestLeg.Start));
        Assert.Equal("RequestLeg must not go from Done to Start", error.Message);
    }

    private static void AssertTable<TLeg>(string heading, Func<TLeg, TLeg, bool> mayFollow)
        where TLeg : struct, Enum
    {
        Dictionary<string, string[]> documented = Lines.SkipWhile(line => line != heading).Skip(1).TakeWhile(line => !line.StartsWith("## "))
            .Where(line => line.StartsWith("| `"))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .ToDictionary(cells => cells[1].Trim('`'), cells => cells[^2].Split([',', ' ', '`'], StringSplitOptions.RemoveEmptyEntries));
        TLeg[] all = Enum.GetValues<TLeg>();
        Assert.Equal(all.Select(leg => leg.ToString()), documented.Keys);
        foreach (TLeg now in all)
        {
            Assert.Equal(all.Where(next => mayFollow(now, next)).Select(next => next.ToString()).Order(), documented[now.ToString()].Order());
        }
    }

    private static string Root([CallerFilePath] string here = "")
    {
        string? at = Path.GetDirectoryName(here);
        while (at is not null && !File.Exists(Path.Combine(at, "Carousel.slnx")))
        {
            at = Path.GetDirectoryName(at);
        }
        return at ?? throw new DirectoryNotFoundException("no folder above this file has Carousel.slnx");
    }
}
