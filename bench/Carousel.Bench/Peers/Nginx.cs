using Carousel.Bench.Machine;

namespace Carousel.Bench.Peers;

/// <summary>What the two uses of nginx share: it is a peer, and it is the servers behind the peers where these aren't to be the measure.</summary>
internal static class Nginx
{
    public const string ConfigurationFile = "nginx.conf";

    public static (string Program, string Package) Needs => ("nginx", "nginx");

    public static string Program => Requirements.MustFind("nginx");

    /// <summary>Writes the configuration and returns the command that serves it in the foreground.</summary>
    public static string[] Command(string folder, string configuration)
    {
        string file = Path.Combine(folder, ConfigurationFile);
        File.WriteAllText(file, configuration);
        return [Program, "-p", folder, "-e", Path.Combine(folder, "error.log"), "-c", file];
    }

    /// <summary>The part outside of http: one worker, and all its files in the folder.</summary>
    /// <param name="folder">For its files.</param>
    /// <param name="connections">Of both sides.</param>
    /// <param name="raisesLimit">It is to take as many descriptors as that may need; else it is left with those it has.</param>
    /// <param name="errorLog">Where it logs; null for a file in the folder.</param>
    public static string Head(string folder, int connections, bool raisesLimit = true, string? errorLog = null)
    {
        // As root, nginx would run its worker as another user, which cannot write temporary files here.
        string user = Environment.IsPrivilegedProcess ? "user root;" : "";
        return $$"""
            daemon off;
            {{user}}
            worker_processes 1;
            {{(raisesLimit ? $"worker_rlimit_nofile {connections * 2};" : "")}}
            pid {{folder}}/nginx.pid;
            error_log {{errorLog ?? $"{folder}/error.log"}} warn;
            events {
                use epoll;
                worker_connections {{connections}};
            }
            """;
    }

    /// <summary>Where bodies go that don't fit the buffers: without these lines nginx would want its installed folders.</summary>
    public static string TemporaryFolders(string folder)
    {
        string[] kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        return string.Join('\n', kinds.Select(kind => $"    {kind}_temp_path {folder}/{kind};"));
    }
}
