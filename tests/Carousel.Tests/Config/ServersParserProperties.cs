using System.Net;
using Carousel.Core.Config;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Config;

public class ServersParserProperties
{
    private static readonly Gen<string> Label = Gen.Char["abcxyz019_"].Array[1, 8].Select(letters => "h" + new string(letters));

    private static readonly Gen<string> Host = Gen.OneOf(
        Label.Array[1, 3].Select(labels => string.Join('.', labels)),
        Gen.Byte.Array[4].Select(bytes => new IPAddress(bytes).ToString()),
        Gen.Byte.Array[16].Select(bytes => new IPAddress(bytes).ToString()));

    private static readonly Gen<ServerEntry> Entry =
        from host in Host
        from port in Gen.Int[1, 65535]
        from weight in Gen.Int[0, 1000]
        from max in Gen.Int[1, 1_000_000].Nullable()
        from backup in Gen.Bool
        from drain in Gen.Bool
        select new ServerEntry
        {
            Address = new(host, port),
            Weight = weight,
            MaxRequests = max,
            Backup = backup,
            Drain = drain,
            Name = new ServerAddress(host, port).ToString(),
        };

    /// <summary>Distinct addresses, some with names, each with its line number.</summary>
    private static readonly Gen<ServerEntry[]> Entries =
        from entries in Entry.Array[1, 20]
        from named in Gen.Bool.Array[20]
        select entries.DistinctBy(entry => entry.Address)
            .Select((entry, i) => entry with { Line = i + 1, Name = named[i] ? $"name-{i}" : entry.Name })
            .ToArray();

    private static readonly string[] Pieces =
    [
        "http://", "https://", "a", "ü", "[", "]", "::1", ":", "80", "99999", "/", "@", "#", " ", "\t", "\r", "\n", "=",
        "weight", "max=1", "name=b", "backup", "%", "10.0.0.1", "\uFEFF", "\uD800", "\u001b",
    ];

    /// <summary>Nearly valid text, which reaches deeper code than random text.</summary>
    private static readonly Gen<string> Nearly =
        Gen.Int[0, Pieces.Length - 1].Array[0, 12].Select(picks => string.Concat(picks.Select(i => Pieces[i])));

    [Fact]
    public void Parse_PrintedEntries_AreEqual() => Entries.Sample(entries =>
    {
        ServersFile file = ServersParser.Parse(string.Concat(entries.Select(Print)));
        Assert.Empty(file.Errors);
        Assert.Equal(entries, file.Servers);
    });

    [Fact]
    public void Parse_AnyText_NeverThrowsAndErrorsPointIntoTheLine() => Gen.OneOf(Gen.String, Nearly).Sample(text =>
    {
        ServersFile file = ServersParser.Parse(text);
        string[] lines = text.TrimStart('\uFEFF').Split('\n');
        Assert.NotEqual(file.Errors.IsEmpty, file.Servers.IsEmpty);
        Assert.All(file.Errors.Where(error => error.Line != 0), error =>
        {
            Assert.InRange(error.Line, 1, lines.Length);
            Assert.InRange(error.Column, 1, lines[error.Line - 1].Length);
            Assert.DoesNotContain(error.Message, char.IsControl);
        });
    });

    private static string Print(ServerEntry entry) =>
        $"{entry.Address.Url} weight={entry.Weight}{(entry.MaxRequests is { } max ? $" max={max}" : "")}"
        + $"{(entry.Backup ? " backup" : "")}{(entry.Drain ? " drain" : "")}"
        + $"{(entry.Name == entry.Address.ToString() ? "" : $" name={entry.Name}")}\n";
}
