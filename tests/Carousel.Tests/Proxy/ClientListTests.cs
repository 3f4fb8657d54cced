using System.Runtime.CompilerServices;
using Carousel.Engine.Proxy;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Proxy;

public sealed class ClientListTests
{
    private readonly ClientList _list = new();

    /// <summary>The list only compares the objects.</summary>
    private static Http1ClientConnection Connection() => (Http1ClientConnection)RuntimeHelpers.GetUninitializedObject(typeof(Http1ClientConnection));

    [Fact]
    public void Next_AnyOfThemIdle_ReturnsEachOnceAndNextBusyTheOthers()
    {
        Gen.Bool.Array[0, 100].Sample(idle =>
        {
            var list = new ClientList();
            Http1ClientConnection[] all = [.. idle.Select(_ => Connection())];
            for (int i = 0; i < all.Length; i++)
            {
                int place = list.Take(all[i]);
                if (idle[i])
                {
                    list.Add(place, now: i);
                }
            }
            Assert.Equal(all, All(list));
            Assert.Equal(all.Where((_, i) => !idle[i]), Busy(list));
        });
    }

    [Fact]
    public void Next_OthersCloseAndOpenMeanwhile_ReturnsThoseThatStayOnce()
    {
        Http1ClientConnection[] all = [.. Enumerable.Range(0, 40).Select(_ => Connection())];
        int[] places = Array.ConvertAll(all, _list.Take);
        var met = new List<Http1ClientConnection>();
        for (int place = 0; _list.Next(ref place, out Http1ClientConnection? connection);)
        {
            met.Add(connection);
            int at = Array.IndexOf(all, connection);
            if (at >= 0 && at % 4 == 0)
            {
                // Itself, and one that is still to come; more open than there were, so that the list grows.
                _list.Give(places[at]);
                _list.Give(places[at + 1]);
                for (int i = 0; i < 3 && at < 20; i++)
                {
                    _list.Take(Connection());
                }
            }
        }
        Assert.Equal(all.Where((_, i) => i % 4 >= 2), met.Where((connection, _) => Array.IndexOf(all, connection) % 4 >= 2));
        Assert.Equal(met.Count, met.Distinct().Count());
        Assert.DoesNotContain(met, connection => Array.IndexOf(all, connection) % 4 == 1);
    }

    private static List<Http1ClientConnection> All(ClientList list)
    {
        var all = new List<Http1ClientConnection>();
        for (int place = 0; list.Next(ref place, out Http1ClientConnection? connection);)
        {
            all.Add(connection);
        }
        return all;
    }

    private static List<Http1ClientConnection> Busy(ClientList list)
    {
        var busy = new List<Http1ClientConnection>();
        for (int place = 0; list.NextBusy(ref place, out Http1ClientConnection? connection);)
        {
            busy.Add(connection);
        }
        return busy;
    }
}
