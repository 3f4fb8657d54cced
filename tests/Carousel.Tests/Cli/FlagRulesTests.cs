using Carousel.Cli;
using Xunit;

namespace Carousel.Tests.Cli;

/// <summary>A flag that would have no effect is refused, with a remedy.</summary>
public class FlagRulesTests
{
    public static TheoryData<string> Flags => [.. new RunFlags().Groups.SelectMany(group => group.Flags).Select(flag => flag.Name)];

    /// <summary>A new flag needs an entry in RunFlagRules: Always(...) if it has no rules.</summary>
    [Theory]
    [MemberData(nameof(Flags))]
    public void Rules_EveryFlag_HasItsEntry(string name)
    {
        var flags = new RunFlags();

        Assert.True(RunFlagRules.Of(flags).Has(flags.Groups.SelectMany(group => group.Flags).Single(flag => flag.Name == name)), $"{name} has no entry in RunFlagRules");
    }

    [Fact]
    public void Rules_EveryFlagOfACommand_HasItsEntry()
    {
        var line = new AdminCommandLine();

        Assert.All(line.Commands.SelectMany(command => line.FlagsOf(command.Name)), flag => Assert.True(line.Rules.Has(flag), $"{flag.Name} has no entry in AdminCommandLine"));
    }

    [Theory]
    [InlineData("--hash-by url", "--hash-by has no effect without --policy hash: add that, or leave --hash-by out")]
    [InlineData("--policy ewma --hash-by url", "--hash-by has no effect without --policy hash: add that, or leave --hash-by out")]
    [InlineData("--health-body ok", "--health-body has no effect without --health-path PATH: add that, or leave --health-body out")]
    [InlineData("--health off --health-path /", "--health-path has no effect with --health off: leave one of them out")]
    [InlineData("--health off --health-fall 2", "--health-fall has no effect with --health off: leave one of them out")]
    [InlineData("--health off --panic", "--panic has no effect with --health off: leave one of them out")]
    [InlineData("--eject off --eject-time 1s", "--eject-time has no effect with --eject off: leave one of them out")]
    [InlineData("--retries 0 --retry-budget 5%", "--retry-budget has no effect with --retries 0: leave one of them out")]
    [InlineData("--queue 0 --queue-timeout 1s", "--queue-timeout has no effect with --queue 0: leave one of them out")]
    [InlineData("--sticky-wait 1s", "--sticky-wait has no effect without --session sticky: add that, or leave --sticky-wait out")]
    [InlineData("--session off --sticky-wait 1s", "--sticky-wait has no effect with --session off: leave one of them out")]
    [InlineData("--session off --session-cookie a", "--session-cookie has no effect with --session off: leave one of them out")]
    [InlineData("--session off --store redis://h", "--store has no effect with --session off: leave one of them out")]
    [InlineData("--session off --data d", "--data has no effect with --session off: leave one of them out")]
    [InlineData("--store none --data d", "--data has no effect with --store none: leave one of them out")]
    [InlineData("--store none --session-hide a", "--session-hide has no effect with --store none: leave one of them out")]
    [InlineData("--store none --store-password-file f", "--store-password-file has no effect with --store none: leave one of them out")]
    [InlineData("--store redis://h --data d", "--data has no effect without --store embedded: add that, or leave --data out")]
    [InlineData("--store redis://h --store-memory 64m", "--store-memory has no effect without --store embedded: add that, or leave --store-memory out")]
    [InlineData("--admin off --admin-token-file f", "--admin-token-file has no effect with --admin off: leave one of them out")]
    [InlineData("--admin off --save", "--save has no effect with --admin off: leave one of them out")]
    [InlineData("--access-log-format json", "--access-log-format has no effect without --access-log WHERE: add that, or leave --access-log-format out")]
    [InlineData("--access-log off --access-log-format json", "--access-log-format has no effect without --access-log WHERE: add that, or leave --access-log-format out")]
    [InlineData("--otlp off --otlp-protocol grpc", "--otlp-protocol has no effect with --otlp off: leave one of them out")]
    [InlineData("--otlp off --trace-sample 1", "--trace-sample has no effect with --otlp off: leave one of them out")]
    [InlineData("--max-connections 10 --max-connections-per-client 11", "--max-connections-per-client is more than --max-connections, which applies first: lower it, or leave it out")]
    public void Parse_FlagWithoutEffect_IsRefusedWithARemedy(string flags, string expected)
    {
        var invalid = Assert.IsType<Request.Invalid>(CommandLine.Parse(["-f", "servers.txt", .. flags.Split(' ')]));

        Assert.Equal(expected, Assert.Single(invalid.Errors));
    }

    [Theory]
    [InlineData("--session off --store none")]
    [InlineData("--session off --store auto")]
    [InlineData("--session sticky --sticky-wait 0s")]
    [InlineData("--store none --session-ttl 1h")]
    [InlineData("--store embedded:7000 --data d --store-memory 64m --store-password-file f")]
    [InlineData("--data d")]
    [InlineData("--data off")]
    [InlineData("--policy hash --hash-by source")]
    [InlineData("--health-path / --health-status 200")]
    [InlineData("--health off --eject off")]
    [InlineData("--retries 0")]
    [InlineData("--access-log a --access-log-format json")]
    [InlineData("--max-connections 10 --max-connections-per-client 10")]
    [InlineData("--max-connections-per-client 10")]
    [InlineData("--otlp-protocol grpc")]
    public void Parse_FlagsThatFit_AreAccepted(string flags) => Assert.IsType<Request.Run>(CommandLine.Parse(["-f", "servers.txt", .. flags.Split(' ')]));

    [Theory]
    [InlineData("explain 0123456789abcdef --cookie a", "--cookie has no effect without --url: add that, or leave --cookie out")]
    [InlineData("explain 0123456789abcdef --client 10.0.0.1", "--client has no effect without --url: add that, or leave --client out")]
    [InlineData("demo --hash-by url", "--hash-by has no effect without --policy hash: add that, or leave --hash-by out")]
    public void Parse_CommandFlagWithoutEffect_IsRefused(string line, string expected) =>
        Assert.Equal(expected, Assert.Single(Assert.IsType<Request.Invalid>(CommandLine.Parse(line.Split(' '))).Errors));

    /// <summary>A flag with an invalid value is not reported a second time by a rule.</summary>
    [Fact]
    public void Parse_InvalidValueAndRule_IsOneError() =>
        Assert.Single(Assert.IsType<Request.Invalid>(CommandLine.Parse(["-f", "a", "--policy", "hsah", "--hash-by", "url"])).Errors);
}
