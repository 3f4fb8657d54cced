using System.Net;
using Carousel.Control.Discovery;
using Xunit;

namespace Carousel.Tests.Discovery;

public class NameStateTests
{
    private static readonly IPAddress A = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress B = IPAddress.Parse("fd00::1");
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly NameState _state = new("api", Interval);

    [Fact]
    public void Take_FirstAddresses_ChangeIsNotReported()
    {
        Assert.Equal(new NameStep(true, null, Interval), _state.Take(Resolution.Found([A, B, A])));
        Assert.Equal([A, B], _state.Addresses);
    }

    [Fact]
    public void Take_SameAddressesInAnotherOrder_IsNoChange()
    {
        _state.Take(Resolution.Found([A, B]));

        Assert.Equal(new NameStep(false, null, Interval), _state.Take(Resolution.Found([B, A])));
        Assert.Equal([A, B], _state.Addresses);
    }

    [Fact]
    public void Take_OtherAddresses_ReportsBoth()
    {
        _state.Take(Resolution.Found([A]));

        Assert.Equal(new NameStep(true, "api now resolves to 10.0.0.1, fd00::1 (was 10.0.0.1)", Interval), _state.Take(Resolution.Found([A, B])));
    }

    [Fact]
    public void Take_NoSuchName_DropsAddressesAndReportsOnce()
    {
        _state.Take(Resolution.Found([A]));

        NameStep first = _state.Take(Resolution.NotFound);

        Assert.Equal(new NameStep(true, "api does not resolve: its servers are down until it does", NameState.FirstRetry), first);
        Assert.Equal(new NameStep(false, null, NameState.FirstRetry), _state.Take(Resolution.NotFound));
        Assert.Empty(_state.Addresses);
        Assert.Equal(new NameStep(true, "api resolves to 10.0.0.1", Interval), _state.Take(Resolution.Found([A])));
    }

    [Fact]
    public void Take_ResolverFails_KeepsAddressesAndReportsOnce()
    {
        _state.Take(Resolution.Found([A]));

        NameStep first = _state.Take(Resolution.Failure("TryAgain"));

        Assert.Equal(new NameStep(false, "lookup of api failed (TryAgain): the last known addresses stay in use", NameState.FirstRetry), first);
        Assert.Null(_state.Take(Resolution.Failure("TryAgain")).Message);
        Assert.Equal([A], _state.Addresses);
        Assert.Equal(new NameStep(false, "api resolves again, to the same addresses", Interval), _state.Take(Resolution.Found([A])));
    }

    [Fact]
    public void Take_ResolverFailsAtStart_IsDown() => Assert.Equal(
        "lookup of api failed (TryAgain): its servers are down until it succeeds", _state.Take(Resolution.Failure("TryAgain")).Message);

    /// <summary>A name may be missing while its container is recreated; a failing resolver gets a back-off.</summary>
    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, NameState.SteadyRetries)]
    public void Take_ManyFailures_WaitsLongerUpToTheInterval(bool notFound, int steady)
    {
        Resolution failure = notFound ? Resolution.NotFound : Resolution.Failure("TryAgain");
        double[] waits = [.. Enumerable.Range(0, 100).Select(_ => _state.Take(failure).Wait.TotalSeconds)];

        Assert.All(waits[..steady], wait => Assert.Equal(1, wait));
        Assert.Equal([2, 4, 8, 16, 30, 30], waits[steady..(steady + 6)]);
        Assert.Equal(30, waits[^1]);
    }
}
