using Carousel.Hosting;
using Xunit;

namespace Carousel.Tests.Hosting;

public class HostTests
{
    private readonly List<string> _calls = [];

    [Fact]
    public void Start_AllParts_AreStartedInOrder()
    {
        Assert.True(Host("a", "b", "c").Start());
        Assert.Equal(["start a", "start b", "start c"], _calls);
    }

    [Fact]
    public void Stop_AllParts_AreStoppedInReverse()
    {
        Host host = Host("a", "b", "c");
        host.Start();
        _calls.Clear();

        Assert.True(host.Stop());
        Assert.Equal(["stop c", "stop b", "stop a"], _calls);
    }

    [Fact]
    public void Start_APartThatCannot_IsReportedAndOnlyThoseBeforeItAreStopped()
    {
        Host host = Host(Part("a"), Part("b"), Part("c") with { Start = () => throw new StartException("c: port taken") }, Part("d"));

        Assert.False(host.Start());
        Assert.Equal(["start a", "start b", "error: c: port taken", "stop b", "stop a"], _calls);
    }

    [Fact]
    public void Start_TheFirstPartCannot_StopsNothing()
    {
        Assert.False(Host(Part("a") with { Start = () => throw new StartException("no") }, Part("b")).Start());
        Assert.Equal(["error: no"], _calls);
    }

    [Fact]
    public void Start_AnotherException_IsRethrownAfterTheStop()
    {
        Host host = Host(Part("a"), Part("b") with { Start = () => throw new InvalidOperationException("a bug") });

        Assert.Equal("a bug", Assert.Throws<InvalidOperationException>(() => host.Start()).Message);
        Assert.Equal(["start a", "stop a"], _calls);
    }

    [Fact]
    public void Stop_Twice_StopsOnce()
    {
        Host host = Host("a", "b");
        host.Start();
        host.Stop();
        _calls.Clear();

        Assert.True(host.Stop());
        Assert.Empty(_calls);
    }

    [Fact]
    public void Stop_AfterAFailedStart_DoesNothing()
    {
        Host host = Host(Part("a"), Part("b") with { Start = () => throw new StartException("no") });
        host.Start();
        _calls.Clear();

        Assert.True(host.Stop());
        Assert.Empty(_calls);
    }

    [Fact]
    public void Stop_NeverStarted_DoesNothing()
    {
        Assert.True(Host("a").Stop());
        Assert.Empty(_calls);
    }

    [Fact]
    public void Stop_APartThatThrows_IsReportedAndTheOthersAreStopped()
    {
        Host host = Host(Part("a"), Part("b") with { Stop = () => throw new InvalidOperationException("a bug") }, Part("c"));
        host.Start();
        _calls.Clear();

        Assert.False(host.Stop());
        Assert.Equal(["stop c", "error: b: failed to stop; this is a defect in carousel, please report it: System.InvalidOperationException: a bug", "stop a"], _calls);
    }

    [Fact]
    public void Start_PartsWithOneSideOnly_AreSkippedOnTheOther()
    {
        Host host = Host(Part("a") with { Start = null }, Part("b") with { Stop = null });

        Assert.True(host.Start());
        Assert.True(host.Stop());
        Assert.Equal(["start b", "stop a"], _calls);
    }

    private Host Host(params string[] names) => Host([.. names.Select(Part)]);

    private Host Host(params HostPart[] parts) => new(parts, error => _calls.Add($"error: {error.Split('\n')[0].TrimEnd()}"));

    private HostPart Part(string name) => new(name, () => _calls.Add($"start {name}"), () => _calls.Add($"stop {name}"));
}
