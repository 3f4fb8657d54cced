using System.Collections.Immutable;
using System.Globalization;
using Carousel.Cli;
using Carousel.Core.Config;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Files;

namespace Carousel.Commands;

/// <summary><c>carousel check servers.txt</c></summary>
internal static class CheckCommand
{
    private static readonly string[] Header = ["name", "address", "weight", "max", "options", "id"];

    public static int Run(Request.Check request)
    {
        ServersFile file = ServersFileReader.ReadAtStart(request.File, out _).Parse();
        if (!file.IsValid)
        {
            return FileErrors.Print(request.File, file, Console.Error);
        }
        Console.Out.Write(Table(request.File, PoolBuilder.Servers(file.Servers, new SlotAllocator())));
        return ExitCode.Ok;
    }

    /// <summary>The servers, one per line, in columns.</summary>
    internal static string Table(string path, ImmutableArray<Server> servers)
    {
        string[][] rows = [Header, .. servers.Select(Row)];
        int[] widths = [.. Header.Select((_, column) => rows.Max(row => row[column].Length))];
        IEnumerable<string> lines = rows.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        string count = servers.Length == 1 ? "1 server" : $"{servers.Length} servers";
        return $"{path}: {count}\n{string.Join('\n', lines)}\n";
    }

    private static string[] Row(Server server)
    {
        ServerEntry entry = server.Entry;
        string words = string.Join(' ', new[] { entry.Backup ? "backup" : "", entry.Drain ? "drain" : "" }.Where(word => word.Length != 0));
        string max = entry.MaxRequests?.ToString(CultureInfo.InvariantCulture) ?? "-";
        string weight = entry.Weight.ToString(CultureInfo.InvariantCulture);
        return [entry.Name, entry.Address.Url, weight, max, words.Length == 0 ? "-" : words, server.Id];
    }
}
