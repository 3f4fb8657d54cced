using System.Reflection;
using Carousel.Core.Config;

namespace Carousel.Store.Cli;

/// <summary>The text of --help.</summary>
internal static class StoreHelp
{
    /// <summary><c>carousel-store 0.1.0</c>.</summary>
    // What follows the "+" names the commit.
    public static string VersionLine { get; } = "carousel-store "
        + typeof(StoreHelp).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static string Text { get; } = $"""
        {VersionLine}: a session store for one machine. It speaks the Redis protocol: any Redis client will do.
        Carousel starts it by itself when there is no Redis; it runs by hand just as well.

        Usage:
          carousel-store [flags]

        Flags:
          -p, --port PORT             port to listen on [default: {StoreOptions.DefaultPort}]
              --bind ADDRESS          loopback address to listen on; several with commas [default: 127.0.0.1,::1]
              --memory SIZE           what keys and values may take, 16m to 64g; when it is full, those that were not
                                      written for the longest time give way, and writes go on [default: {Sizes.Format(StoreOptions.DefaultMemory)}]
              --data DIR              keep the data in DIR, so that it survives a restart; a kill -9 costs the last 0.1 s
                                      [default: in memory only]
              --password-file FILE    what clients have to AUTH with: the first line of FILE
              --leave-with-stdin      leave when standard input ends; Ctrl-C is then the business of whoever holds it
          -h, --help                  show this help
              --version               show the version

        Environment:
          {StoreCommandLine.PasswordVariable}   the password, unless --password-file names one

        It prints "ready ADDRESS:PORT ..." when it takes connections.

        Example:
          carousel-store --port 6380 --memory 256m --data /var/lib/carousel &
          redis-cli -p 6380 ping

        Exit codes: 0 told to leave (SIGTERM, Ctrl-C), 1 could not start, 2 the command line is wrong.
        """;
}
