using System.Text;
using Carousel.Control.Telemetry;
using Carousel.Core.Telemetry;
using Carousel.Tests.Harness;

namespace Carousel.Tests.Telemetry;

/// <summary>An access log pumped by the test, with a target that can fail.</summary>
internal sealed class LogRig : IDisposable
{
    public LogRig(string format = "json", string servers = "http://10.0.0.1 name=blue\nhttp://10.0.0.2 name=green", int recordBytes = 1 << 16, bool takesOne = false)
    {
        Sample = new Sample(servers, workers: 2, new TrafficOptions { RecordBytes = recordBytes, WithFields = true });
        Target = new FakeTarget(takesOne);
        Xunit.Assert.True(LogFormat.TryParse(format, out LogFormat? parsed, out string error), error);
        Log = new AccessLog(Sample.Traffic, Sample.Pool, parsed, Target, Time, Messages.Add, Messages.Add, workersNow: () => 0);
    }

    public ManualTime Time { get; } = new();

    public Sample Sample { get; }

    public FakeTarget Target { get; }

    public AccessLog Log { get; }

    /// <summary>The logged messages.</summary>
    public List<string> Messages { get; } = [];

    /// <summary>The lines written for the recorded requests.</summary>
    public string[] Lines()
    {
        Log.Pump();
        return Encoding.UTF8.GetString(Target.Written.ToArray()).Split('\n')[..^1];
    }

    /// <summary>A successful request after one failed attempt.</summary>
    public RequestRecord Typical()
    {
        var record = new RequestRecord
        {
            Id = 0xabc,
            BeganMicros = 1_500_000,
            RoutedMicros = 1_200,
            ConnectedMicros = 1_700,
            FirstByteMicros = 12_000,
            TotalMicros = 1_012_345,
            BytesIn = 100,
            BytesOut = 2345,
            Client = new UInt128(0, 0xffff_0a00_0007),
            ClientPort = 40000,
            Status = 200,
            Session = 5,
            SessionOutcome = SessionOutcome.Returning,
            AttemptCount = 2,
        };
        record.Attempts[0] = new AttemptRecord(Sample["blue"].Tag, 10, 1_000, FailureReason.ConnectRefused, Reused: false);
        record.Attempts[1] = new AttemptRecord(Sample["green"].Tag, 1_200, 1_011_000, FailureReason.None, Reused: true);
        return record;
    }

    public void Dispose() => Log.Dispose();

    internal sealed class FakeTarget(bool takesOne) : LogTarget
    {
        public MemoryStream Written { get; } = new();

        public Exception? Fails { get; set; }

        /// <summary>Called by each write.</summary>
        public Action Hangs { get; set; } = () => { };

        public int Writes { get; private set; }

        public int Reopened { get; private set; }

        public override string Name => "fake";

        public override bool TakesOne => takesOne;

        public override void Write(ReadOnlySpan<byte> lines)
        {
            Hangs();
            if (Fails is not null)
            {
                throw Fails;
            }
            Writes++;
            Written.Write(lines);
        }

        public override void Reopen() => Reopened++;
    }
}
