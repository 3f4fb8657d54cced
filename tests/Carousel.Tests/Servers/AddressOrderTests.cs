using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Servers;
using Xunit;

namespace Carousel.Tests.Servers;

public sealed class AddressOrderTests
{
    [Theory]
    [InlineData(null, "0123")]
    [InlineData(0, "0123")]
    [InlineData(1, "1023")]
    [InlineData(3, "3012")]
    [InlineData(9, "0123")]
    public void Take_OneWorkedLast_IsFirstAndOthersKeepTheirOrder(int? worked, string expected)
    {
        var order = new AddressOrder([.. Enumerable.Range(0, 4).Select(At)], worked is { } number ? At(number) : null);
        string taken = "";
        while (order.HasNext)
        {
            taken += order.Take().Port;
        }
        Assert.Equal(expected, taken);
    }

    [Fact]
    public void HasNext_NoAddress_IsFalse()
    {
        Assert.False(new AddressOrder(ImmutableArray<IPEndPoint>.Empty, At(0)).HasNext);
        Assert.False(default(AddressOrder).HasNext);
    }

    [Theory]
    [InlineData(2000, 1, 250)]
    [InlineData(2000, 2, 250)]
    [InlineData(2000, 10, 200)]
    [InlineData(200, 2, 100)]
    [InlineData(100, 50, 10)]
    public void Delay_ManyAddressesAndShortTimeout_IsShorter(long timeout, int addresses, long expected) =>
        Assert.Equal(expected, AddressOrder.Delay(timeout, addresses));

    private static IPEndPoint At(int number) => new(IPAddress.Loopback, number);
}
