using Carousel.Load.Machine;

namespace Carousel.Load.Peers;

/// <summary>What the two uses of nginx share: it is a peer, and it is the servers behind all peers.</summary>
internal static class Nginx
{
    public static string Program => Requirements.FindProgram("nginx") ?? throw new LoadException("nginx isn't installed");

    /// <summary>Writes the configuration and returns the command that serves it in the foreground.</summary>
    public static string[] Command(string folder, string configuration)
    {
        string file = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(file, configuration);
        return [Program, "-p", folder, "-e", Path.Combine(folder, "error.log"), "-c", file];
    }

    /// <summary>The part outside of http: one worker, and all its files in the folder.</summary>
    public static string Head(string folder, int connections)
    {
        // Root's worker would become another user, who can't write its temporary files here.
        string user = Environment.IsPrivilegedProcess ? "user root;" : "";
        return $$"""
            daemon off;
            {{user}}
            worker_processes 1;
            worker_rlimit_nofile {{connections * 2}};
            pid {{folder}}/nginx.pid;
            error_log {{folder}}/error.log warn;
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
