using Carousel.Control.Telemetry;
using Carousel.Tests.Walls;
using Xunit;

namespace Carousel.Tests.Telemetry;

public class LogFormatTests
{
    [Theory]
    [InlineData("jsn", "unknown format \"jsn\": did you mean json?")]
    [InlineData("plain text", "expected one of json, combined, common, or fields such as \"$remote_addr $status $request_time\" (docs/LOG.md), found \"plain text\"")]
    [InlineData("$statsu", "unknown field \"$statsu\": did you mean $status?")]
    [InlineData("$remote_address", "unknown field \"$remote_address\": did you mean $remote_addr?")]
    [InlineData("$qqqqqqqqq", "unknown field \"$qqqqqqqqq\": docs/LOG.md lists all fields")]
    [InlineData("5 $", "\"$\" without a field name: write $$ for a dollar sign, or add the name of a field")]
    public void TryParse_Invalid_ExplainsTheError(string text, string error)
    {
        Assert.False(LogFormat.TryParse(text, out _, out string said));
        Assert.Equal(error, said);
    }

    [Theory]
    [InlineData("off", "Off")]
    [InlineData("stdout", "Stdout")]
    [InlineData("/var/log/a b.log", "File { Path = /var/log/a b.log }")]
    [InlineData("syslog", "LocalSyslog { Path = /dev/log }")]
    [InlineData("syslog:", "LocalSyslog { Path = /dev/log }")]
    [InlineData("syslog:/run/log", "LocalSyslog { Path = /run/log }")]
    [InlineData("syslog:logs", "RemoteSyslog { Host = logs, Port = 514 }")]
    [InlineData("syslog:10.0.0.1:1514", "RemoteSyslog { Host = 10.0.0.1, Port = 1514 }")]
    [InlineData("syslog:[fd00::1]:1514", "RemoteSyslog { Host = fd00::1, Port = 1514 }")]
    [InlineData("", null)]
    [InlineData("syslog:logs:0", null)]
    [InlineData("syslog:a b", null)]
    public void Destination_Text_IsParsed(string text, string? destination)
    {
        Assert.Equal(destination is not null, LogDestination.TryParse(text, out LogDestination? read));
        Assert.StartsWith(destination ?? "", read?.ToString() ?? "");
    }

    [Fact]
    public void Document_Table_MatchesTheFields()
    {
        IEnumerable<string> expected = LogField.All.Select(field => $"| `${field.Name}` | {field.Help} |");
        Assert.Equal(expected, File.ReadAllLines(Path.Combine(Sources.Root, "docs/LOG.md")).Where(line => line.StartsWith("| `$", StringComparison.Ordinal)));
    }
}
