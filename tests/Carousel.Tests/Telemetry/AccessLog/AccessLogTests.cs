using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Carousel.Control.Telemetry;
using Carousel.Core.Telemetry;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Telemetry;

public class AccessLogTests
{
    private static readonly string[] Texts = ["GET", "/path?q=1", "", "example.com", "curl/8", "http://there/"];

    [Fact]
    public void Json_Request_HasAllFields()
    {
        using var rig = new LogRig();
        rig.Sample.Record(rig.Typical(), Texts);
        string hash = Convert.ToHexStringLower(SHA256.HashData([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]))[..16];
        Assert.Equal(
            "{\"time\":\"2026-11-23T16:30:01.500000Z\",\"id\":\"0000000000000abc\",\"client\":\"10.0.0.7\",\"client_port\":40000,\"method\":\"GET\",\"target\":\"/path?q=1\","
            + "\"protocol\":\"HTTP/1.1\",\"host\":\"example.com\",\"status\":200,\"reason\":null,\"server\":\"green\",\"bytes_in\":100,\"bytes_out\":2345,"
            + "\"route_ms\":1.200,\"connect_ms\":0.500,\"answer_ms\":10.300,\"total_ms\":1012.345,\"attempts\":2,\"tries\":["
            + "{\"server\":\"blue\",\"at_ms\":0.010,\"took_ms\":1.000,\"reason\":\"connect-refused\",\"reused\":false},"
            + "{\"server\":\"green\",\"at_ms\":1.200,\"took_ms\":1011.000,\"reason\":null,\"reused\":true}],"
            + $"\"visit\":\"returning\",\"session\":\"{hash}\",\"trace\":null,\"user_agent\":\"curl/8\",\"referer\":\"http://there/\",\"worker\":0}}",
            Assert.Single(rig.Lines()));
    }

    [Theory]
    [InlineData("json", "\"client\":\"10.0.0.7\",\"client_port\":null,")]
    [InlineData("$remote_addr:$remote_port", "10.0.0.7:-")]
    public void Line_ClientReportedByProxy_HasNoPort(string format, string text)
    {
        using var rig = new LogRig(format);
        RequestRecord record = rig.Typical();
        record.ClientPort = 0;
        rig.Sample.Record(record, Texts);
        Assert.Contains(text, Assert.Single(rig.Lines()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("combined", "10.0.0.7 - - [23/Nov/2026:16:30:01 +0000] \"GET /path?q=1 HTTP/1.1\" 200 2345 \"http://there/\" \"curl/8\"")]
    [InlineData("common", "10.0.0.7 - - [23/Nov/2026:16:30:01 +0000] \"GET /path?q=1 HTTP/1.1\" 200 2345")]
    [InlineData("$server ${server}s $$5 $servers|$attempt_reasons|$attempt_times", "green greens $5 blue,green|connect-refused,-|0.001000,1.011000")]
    [InlineData("$route_time $connect_time $answer_time $request_time", "0.001200 0.000500 0.010300 1.012345")]
    [InlineData("$msec $time_iso8601 $request_id", "1795451401.500 2026-11-23T16:30:01.500000Z 0000000000000abc")]
    [InlineData("$remote_port $request_method $request_uri $server_protocol $host", "40000 GET /path?q=1 HTTP/1.1 example.com")]
    [InlineData("$bytes_received $attempts $reused $visit $trace_id $worker $reason", "100 2 1 returning - 0 -")]
    public void Text_Request_FollowsTheFormat(string format, string line)
    {
        using var rig = new LogRig(format);
        rig.Sample.Record(rig.Typical(), Texts);
        Assert.Equal(line, Assert.Single(rig.Lines()));
    }

    [Fact]
    public void Text_RequestWithoutAttempt_HasDashes()
    {
        using var rig = new LogRig("$request|$server|$servers|$attempt_reasons|$route_time|$connect_time|$answer_time|$reason|$session|$visit|$reused|$status|$http_referer");
        rig.Sample.Record(new RequestRecord { Reason = FailureReason.BadHost, Status = 400 });
        Assert.Equal("- - HTTP/1.1|-|-|-|-|-|-|bad-host|-|-|-|400|-", Assert.Single(rig.Lines()));
    }

    [Fact]
    public void Text_GivenIdAndTrace_AreShown()
    {
        using var rig = new LogRig("$request_id $trace_id");
        rig.Sample.Record(new RequestRecord { TraceId = new UInt128(1, 2) }, "GET", "/", "theirs");
        Assert.Equal("theirs 00000000000000010000000000000002", Assert.Single(rig.Lines()));
    }

    [Fact]
    public void Lines_ServerRenamedOrRemoved_KeepItsName()
    {
        using var rig = new LogRig("$server");
        ulong green = rig.Sample["green"].Tag;
        var record = new RequestRecord { AttemptCount = 1 };
        record.Attempts[0] = new AttemptRecord(green, 0, 0, FailureReason.None, false);
        void Record(ulong tag)
        {
            record.Attempts[0] = record.Attempts[0] with { ServerTag = tag };
            rig.Sample.Record(record, Texts);
            rig.Log.Pump();
        }
        Record(green);
        rig.Sample.Apply("http://10.0.0.2 name=verde");
        Record(green);
        rig.Sample.Apply("http://10.0.0.1");
        Record(green);
        Record(0xbad);
        Assert.Equal(["green", "verde", "verde", "0000000000000bad"], rig.Lines());
    }

    [Fact]
    public void Json_ArbitraryClientInput_IsOneParsableLine() => Gen.Byte.Array[0, 60].Array[6, 6].Sample(texts =>
    {
        using var rig = new LogRig();
        rig.Sample.Record(rig.Typical(), 1, texts);
        string line = Assert.Single(rig.Lines());
        Assert.DoesNotContain(line, c => char.IsControl(c) || c is '\u2028' or '\u2029');
        using var json = JsonDocument.Parse(line);
        Assert.Equal(texts[1].Length == 0 ? null : Encoding.UTF8.GetString(texts[1]), json.RootElement.GetProperty("target").GetString());
        Assert.Equal(texts[4].Length == 0 ? null : Encoding.UTF8.GetString(texts[4]), json.RootElement.GetProperty("user_agent").GetString());
    }, iter: 300);

    [Fact]
    public void Text_ArbitraryClientInput_IsOneLineWithBalancedQuotes() => Gen.Byte.Array[0, 60].Array[6, 6].Sample(texts =>
    {
        using var rig = new LogRig("combined");
        rig.Sample.Record(rig.Typical(), 0, texts);
        string line = Assert.Single(rig.Lines());
        Assert.Equal(6, line.Count(c => c == '"'));
        Assert.True(line.All(c => c is >= ' ' and <= '~'), line);
    }, iter: 300);

    [Fact]
    public void Address_Any_IsInCanonicalForm() => Gen.OneOf(
        Gen.Byte.Array[4].Select(bytes => new IPAddress(bytes)),
        // Few distinct values, so that there are runs of zeros.
        Gen.Int[0, 2].Select(value => (byte)(value == 2 ? 0xab : value)).Array[16].Select(bytes => new IPAddress(bytes))).Sample(address =>
    {
        UInt128 bits = 0;
        foreach (byte part in address.MapToIPv6().GetAddressBytes())
        {
            bits = bits << 8 | part;
        }
        using var text = new ByteBuffer();
        RecordBytes.AppendAddress(text, bits);
        string written = Encoding.ASCII.GetString(text.Written);
        Assert.Equal(address, IPAddress.Parse(written));
        Assert.True(written.Length <= address.ToString().Length, $"{written} for {address}");
    });

    [Fact]
    public void Log_WriteFails_ReportsOnceCountsAndContinues()
    {
        using var rig = new LogRig("$request_uri");
        rig.Target.Fails = new IOException("No space left on device");
        for (int i = 0; i < 3; i++)
        {
            rig.Sample.Record(new RequestRecord(), "GET", $"/lost/{i}");
            rig.Log.Pump();
            rig.Time.Advance(TimeSpan.FromMilliseconds(600));
        }
        Assert.Equal("access log fake: No space left on device; lines are dropped until writing succeeds", Assert.Single(rig.Messages));
        rig.Target.Fails = null;
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        rig.Sample.Record(new RequestRecord(), "GET", "/kept");
        Assert.Equal(["/kept"], rig.Lines());
        Assert.Equal("access log fake: writing resumed; 3 lines were lost", rig.Messages[^1]);
        Dictionary<string, double> read = Values.Of(rig.Log);
        Assert.Equal((1, 3, 0), (read["carousel_access_log_lines_total"], read["carousel_access_log_lost_total write"], read["carousel_access_log_lost_total overrun"]));
    }

    [Fact]
    public void Log_Overrun_IsCountedAndReported()
    {
        using var rig = new LogRig("$request_uri", recordBytes: 1 << 14);
        for (int i = 0; i < 1000; i++)
        {
            rig.Sample.Record(new RequestRecord(), "GET", $"/{i}");
        }
        int written = rig.Lines().Length;
        Assert.InRange(written, 1, 999);
        Assert.Equal(1000 - written, Values.Of(rig.Log)["carousel_access_log_lost_total overrun"]);
        Assert.Equal($"access log fake: {1000 - written} lines lost: requests arrived faster than they could be written", Assert.Single(rig.Messages));
    }

    [Fact]
    public void Log_ManyRequests_BatchesWritesWithoutAllocating()
    {
        using var rig = new LogRig("json", recordBytes: 1 << 20);
        rig.Target.Written.Capacity = 1 << 22;
        void Round()
        {
            for (int i = 0; i < 1000; i++)
            {
                rig.Sample.Record(rig.Typical(), i % 2, Encoded);
            }
        }
        Round();
        rig.Log.Pump();
        Round();
        int writes = rig.Target.Writes;
        long before = GC.GetAllocatedBytesForCurrentThread();
        rig.Log.Pump();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4096);
        Assert.InRange(rig.Target.Writes - writes, 1, 20);
        Assert.Equal(2000, rig.Lines().Length);
    }

    private static readonly byte[][] Encoded = [.. Texts.Select(Encoding.ASCII.GetBytes)];

    [Fact]
    public void Log_TargetTakesOne_WritesEachLineSeparately()
    {
        using var rig = new LogRig("$request_uri", takesOne: true);
        rig.Sample.Record(new RequestRecord(), "GET", "/1");
        rig.Sample.Record(new RequestRecord(), "GET", "/2");
        Assert.Equal(["/1", "/2"], rig.Lines());
        Assert.Equal(2, rig.Target.Writes);
    }

    [Fact]
    public void Log_WriteHangs_ReportsOnceAndOnCompletion()
    {
        using var rig = new LogRig("$status");
        using var goesOn = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        rig.Target.Hangs = () =>
        {
            begun.Set();
            goesOn.Wait();
        };
        rig.Log.Start();
        rig.Sample.Record(rig.Typical(), "GET", "/");
        begun.Wait(TestContext.Current.CancellationToken);
        for (int i = 0; i < 3; i++)
        {
            rig.Time.Advance(AccessLog.HangLimit);
        }
        goesOn.Set();
        rig.Log.Dispose();
        Assert.Equal(
            ["access log fake: a write has hung for 10s; lines may be lost", "access log fake: the hung write completed"], rig.Messages);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public void Stdout_PartialWrites_WritesAll(int atMost)
    {
        var written = new List<byte>();
        new StdoutTarget(bytes =>
        {
            int count = Math.Min(atMost, bytes.Length);
            written.AddRange(bytes[..count]);
            return count;
        }).Write("line\n"u8);
        Assert.Equal("line\n"u8.ToArray(), written);
    }

    [Fact]
    public void Stdout_BrokenPipe_IsOutputError() => Assert.True(LogTarget.IsOutputError(Assert.Throws<IOException>(() => new StdoutTarget(_ => -32).Write("line\n"u8))));

    [Fact]
    public void Reopen_Requested_HappensBeforeTheNextLine()
    {
        using var rig = new LogRig();
        rig.Log.Reopen();
        rig.Log.Pump();
        rig.Log.Pump();
        Assert.Equal(1, rig.Target.Reopened);
    }

    [Fact]
    public void Dispose_AfterStart_WritesRemainingLines()
    {
        var rig = new LogRig("$request_uri");
        rig.Log.Start();
        rig.Sample.Record(new RequestRecord(), "GET", "/last");
        rig.Log.Dispose();
        Assert.Equal("/last\n", Encoding.UTF8.GetString(rig.Target.Written.ToArray()));
    }
}
