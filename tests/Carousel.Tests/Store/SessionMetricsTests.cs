using System.Diagnostics.Metrics;
using Carousel.Control.Store;
using Carousel.Core.Config;
using Carousel.Core.Pool;
using Carousel.Core.Sessions;
using Xunit;

namespace Carousel.Tests.Store;

public class SessionMetricsTests
{
    [Fact]
    public async Task Meter_ReadByAListener_HasWhatWasCounted()
    {
        var options = new SessionOptions();
        var link = new SessionLink(options, SessionStore.ProcessKeys(options, TimeProvider.System), workers: 2);
        var pool = new ServerPool(PoolBuilder.Build([]));
        await using var store = new SessionStore(StoreAddress.None, link, pool, TimeProvider.System, _ => { }, null);
        using var metrics = new SessionMetrics(link, store);
        link.Counters[0].CountMinted();
        link.Counters[1].CountMinted();
        link.Counters[1].CountRefused(CookieVerdict.Forged);
        link.Queues[0].TryWrite(new SessionEvent { Id = new SessionId(1, 1), ServerTag = 1, CreatedAt = 1, SeenAt = 1, Requests = 1 });

        Dictionary<string, long> read = Read(metrics);

        Assert.Equal(2, read["carousel.session.cookies.minted"]);
        Assert.Equal(1, read["carousel.session.cookies.refused reason=forged"]);
        Assert.Equal(0, read["carousel.session.cookies.refused reason=expired"]);
        Assert.Equal(48, read["carousel.session.queue.size"]);
        Assert.Equal(1, read["carousel.session.store.state state=unknown"]);
        Assert.Equal(0, read["carousel.session.store.state state=connected"]);
        Assert.Equal(0, read["carousel.session.store.written"]);
    }

    private static Dictionary<string, long> Read(SessionMetrics metrics)
    {
        var read = new Dictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (metrics.Owns(instrument))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        void Take(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            string suffix = tags.Length == 0 ? "" : $" {tags[0].Key}={tags[0].Value}";
            read.Add(instrument.Name + suffix, value);
        }
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.Start();
        listener.RecordObservableInstruments();
        return read;
    }
}
