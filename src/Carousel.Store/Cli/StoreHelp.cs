using System.Reflection;
using Carousel.Core.Config;

namespace Carousel.Store.Cli;

/// <summary>The text of --help.</summary>
internal static class StoreHelp
{
    /// <summary><c>carousel-store 0.1.0</c>.</summary>
    // The part after "+" is the commit.
    public static string VersionLine { get; } = "carousel-store "
        + typeof(StoreHelp).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static string Text { get; } = $"""
        {VersionLine}: a session store for one machine. It uses the Redis protocol, for any Redis client.
        Carousel starts it if there is no Redis; it can also be started manually.

        Usage:
          carousel-store [flags]

        Flags:
          -p, --port PORT             port to listen on [default: {StoreOptions.DefaultPort}]
              --bind ADDRESS          loopback address to listen on; separate several with commas [default: 127.0.0.1,::1]
              --memory SIZE           most memory for keys and values, 16m to 64g; when it is full, the least recently
                                      written data is evicted [default: {Sizes.Format(StoreOptions.DefaultMemory)}]
              --data DIR              keep the data in DIR across restarts; a kill -9 loses the last 0.1 s
                                      [default: in memory only]
              --password-file FILE    file with the AUTH password in its first line
              --leave-with-stdin      stop when standard input ends; Ctrl-C is then ignored
          -h, --help                  show this help
              --version               show the version

        Environment:
          {StoreCommandLine.PasswordVariable}   the password, unless --password-file is set

        It prints "ready ADDRESS:PORT ..." when it accepts connections.

        Example:
          carousel-store --port 6380 --memory 256m --data /var/lib/carousel &
          redis-cli -p 6380 ping

        Exit codes: 0 stopped (SIGTERM, Ctrl-C), 1 could not start, 2 invalid command line.
        """;
}
