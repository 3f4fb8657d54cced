using Carousel.Control.Discovery;
using Carousel.Control.Files;
using Carousel.Core.Config;
using Carousel.Core.Pools;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Discovery;

public sealed class ServersFileWatcherTests : IDisposable
{
    private const string Two = "10.0.0.1\n10.0.0.2\n";
    private const string Bad = "10.0.0.1\nhttp://10.0.0.2:80800\n10.0.0.3 wieght=3\n";

    private static readonly TimeSpan Poll = ServersFileState.Poll, Settle = ServersFileState.Settle, Patience = ServersFileState.InvalidSettle;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly ManualTime _time = new();
    private readonly List<string> _reports = [];
    private readonly PoolMembership _membership = TestPool.Of(Two).Membership;
    private readonly ServersFileWatcher _watcher;
    private ServersText _file = new(Two);
    private int _reads;

    public ServersFileWatcherTests() =>
        _watcher = new ServersFileWatcher("servers.txt", Read, _file, _membership, _time, _reports.Add, line => _reports.Add($"error {line}"));

    private string Ring => string.Join(' ', _membership.Pool.Current.Primary.Ring.ToArray().Select(server => server.Entry.Address.Host[^1]));

    public void Dispose() => _watcher.Dispose();

    [Fact]
    public void File_Changes_IsAppliedAfterSettling()
    {
        Start();
        Write(Two + "10.0.0.3");
        Pass(Poll);
        Pass(Settle - Tick);
        Assert.Equal("1 2", Ring);
        Pass(Tick);
        Assert.Equal("1 2 3", Ring);
        Expect("servers.txt: added http://10.0.0.3:80");
        Pass(Poll);
        Pass(Poll);
        Expect();
    }

    [Fact]
    public void Notice_AfterAChange_IsCheckedSoonAndOnce()
    {
        Start();
        Write(Two + "10.0.0.3");
        int before = _reads;
        for (int i = 0; i < 10; i++)
        {
            _watcher.Notice();
            Pass(ServersFileWatcher.Burst / 10);
        }
        Assert.Equal(before + 1, _reads);
        Pass(Settle);
        Expect("servers.txt: added http://10.0.0.3:80");
    }

    [Fact]
    public void File_StillBeingWritten_IsNotApplied()
    {
        Start();
        foreach (string text in (string[])["", "10.0", "10.0.0.1", "10.0.0.1\n10.0.0.2 weight=", "10.0.0.1\n10.0.0.2 weight=3"])
        {
            Write(text);
            _watcher.Notice();
            Pass(Settle - Tick);
            Expect();
        }
        Pass(Settle);
        Expect("servers.txt: changed http://10.0.0.2:80 (weight 1 -> 3)");
    }

    [Fact]
    public void File_Invalid_IsReportedOnceAndChangesNothing()
    {
        Start();
        Write(Bad);
        Pass(Poll);
        Pass(Patience - Tick);
        Expect();
        Pass(Tick);
        string[] complaints =
        [
            "error servers.txt:2:17: expected a port between 1 and 65535, found \"80800\"",
            "error servers.txt:3:10: unknown option \"wieght\": did you mean \"weight\"?",
            "error servers.txt can't be used: the last good list stays in use",
        ];
        Expect(complaints);
        Pass(Poll);
        Pass(Poll);
        Expect();
        Assert.Equal("1 2", Ring);
        Write("10.0.0.1\n10.0.0.3\n");
        Pass(Poll);
        Pass(Settle);
        Expect("servers.txt: added http://10.0.0.3:80; draining http://10.0.0.2:80");
        // The same errors after a valid file are reported again.
        Write(Bad);
        Pass(Poll);
        Pass(Patience);
        Expect(complaints);
    }

    [Fact]
    public void File_InvalidAtStart_LastGoodListStaysUntilItIsValid()
    {
        _file = new ServersText(Bad);
        using var watcher = new ServersFileWatcher("servers.txt", Read, _file, _membership, _time, _reports.Add, line => _reports.Add($"error {line}"), ServersParser.Parse(Two));
        var accepted = new List<string?>();
        watcher.Accepted += list => accepted.Add(list.Text);
        Assert.StartsWith("servers.txt:2:17: expected a port", watcher.Failure);
        watcher.Start();
        Pass(Poll);
        Pass(Patience);
        // Reported at startup.
        Expect();

        Write("10.0.0.1\n10.0.0.3\n");
        Pass(Poll);
        Pass(Settle);
        Expect("servers.txt: added http://10.0.0.3:80; draining http://10.0.0.2:80");
        Assert.Null(watcher.Failure);
        Assert.Equal(["10.0.0.1\n10.0.0.3\n"], accepted);
    }

    [Fact]
    public void Failure_AtRunTime_IsSetWhileTheFileIsInvalid()
    {
        var accepted = new List<string?>();
        _watcher.Accepted += list => accepted.Add(list.Text);
        Start();
        Assert.Null(_watcher.Failure);
        Write(Bad);
        Pass(Poll);
        Pass(Patience);
        Assert.StartsWith("servers.txt:2:17: expected a port", _watcher.Failure);
        Write(Two);
        Pass(Poll);
        Pass(Settle);
        Assert.Null(_watcher.Failure);
        Assert.Equal([Two], accepted);
    }

    [Fact]
    public void File_Empty_IsAnErrorAndNotAnEmptyPool()
    {
        Start();
        Write("# nothing\n");
        Pass(Poll);
        Pass(Patience);
        Expect("error servers.txt: no servers: add a line such as http://localhost:8000", "error servers.txt can't be used: the last good list stays in use");
        Assert.Equal("1 2", Ring);
    }

    [Fact]
    public void File_BrieflyMissing_IsIgnored()
    {
        Start();
        _file = new ServersText(null, "no such file");
        _watcher.Notice();
        Pass(Patience - Tick);
        Write(Two);
        Pass(Poll);
        Expect();
    }

    [Fact]
    public void File_MissingForLong_IsReportedOnceAndSoIsItsReturn()
    {
        Start();
        _file = new ServersText(null, "no such file");
        Pass(Poll);
        Pass(Patience);
        Expect("error servers.txt: no such file", "error servers.txt can't be used: the last good list stays in use");
        Pass(Poll);
        Pass(Poll);
        Expect();
        Write(Two);
        Pass(Poll);
        Pass(Settle);
        Expect("servers.txt: no changes");
    }

    [Fact]
    public void Reload_AnyContent_IsAppliedAndReportedImmediately()
    {
        Start();
        Reload();
        Expect("servers.txt: no changes");
        Write("10.0.0.1 drain");
        Reload();
        Expect("servers.txt: draining http://10.0.0.2:80; changed http://10.0.0.1:80 (drain)");
        Write("-");
        Reload();
        Expect("error servers.txt:1:1: expected a host name, found \"-\"", "error servers.txt can't be used: the last good list stays in use");
        Reload();
        Assert.Equal(2, _reports.Count);
        _reports.Clear();
        Pass(Poll);
        Pass(Patience);
        Expect();
    }

    [Fact]
    public void Reload_NotStarted_OnlyReloadReads()
    {
        Write(Two + "10.0.0.3");
        _watcher.Notice();
        Pass(Poll);
        Assert.Equal(0, _reads);
        Reload();
        Expect("servers.txt: added http://10.0.0.3:80");
        Pass(Poll);
        Assert.Equal(1, _reads);
    }

    [Fact]
    public void Read_Hangs_IsReportedOnceAndContinuesAfterwards()
    {
        using var goesOn = new ManualResetEventSlim();
        using var begun = new SemaphoreSlim(0);
        var lines = new System.Collections.Concurrent.ConcurrentQueue<string>();
        using var watcher = new ServersFileWatcher("servers.txt", () =>
        {
            begun.Release();
            goesOn.Wait();
            return new ServersText(Two + "10.0.0.3");
        }, new ServersText(Two), _membership, _time, lines.Enqueue, line => lines.Enqueue($"error {line}"), thread: new FileThread("test"));
        watcher.Start();
        _time.Advance(TimeSpan.Zero);
        begun.Wait(TestContext.Current.CancellationToken);
        _time.Advance(ServersFileWatcher.HangLimit - Tick);
        Assert.Empty(lines);
        _time.Advance(Tick);
        // Callers are not blocked meanwhile.
        watcher.Notice();
        watcher.Reload();
        _time.Advance(ServersFileWatcher.HangLimit);
        Assert.Equal(["error servers.txt has not been readable for 30s: reads hang (check its file system); the last good list stays in use"], lines);
        goesOn.Set();
        Assert.True(SpinWait.SpinUntil(() =>
        {
            _time.Advance(Tick);
            return lines.Count == 3;
        }, TimeSpan.FromSeconds(20)));
        Assert.Equal(["servers.txt is readable again", "servers.txt: added http://10.0.0.3:80"], lines.Skip(1));
    }

    [Fact]
    public async Task Edit_FileHangs_IsAbandoned()
    {
        using var goesOn = new ManualResetEventSlim();
        var file = new FileThread("test");
        using var watcher = new ServersFileWatcher("servers.txt", Read, _file, _membership, _time, _reports.Add, _reports.Add, thread: file);
        Task<bool> hanging = file.RunAsync(() =>
        {
            goesOn.Wait();
            return true;
        });
        bool wrote = false;
        Assert.Contains("its file system hangs", Assert.Throws<SaveException>(() => watcher.Edit(_ => Two, _ => wrote = true)).Message);
        goesOn.Set();
        Assert.True(await hanging);
        Assert.True(await file.RunAsync(() => true));
        Assert.False(wrote);
    }

    private ServersText Read()
    {
        _reads++;
        return _file;
    }

    private void Write(string text) => _file = new ServersText(text);

    private void Start()
    {
        _watcher.Start();
        Pass(TimeSpan.Zero);
        Expect();
    }

    private void Reload()
    {
        _watcher.Reload();
        Pass(TimeSpan.Zero);
    }

    /// <summary>Advances the clock in steps of a millisecond.</summary>
    private void Pass(TimeSpan time)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed <= time; passed += Tick)
        {
            _time.Advance(passed == TimeSpan.Zero ? TimeSpan.Zero : Tick);
        }
    }

    /// <summary>The lines reported since the last call.</summary>
    private void Expect(params string[] lines)
    {
        Assert.Equal(lines, _reports);
        _reports.Clear();
    }
}
