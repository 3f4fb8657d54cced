using System.Text.Json.Nodes;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Deploy.Container;

/// <summary>
/// A container run by crun under the rules of Kubernetes' "restricted" profile: not root, no capability, no new privileges, a read-only root file system, and
/// its own network. Killed when disposed.
/// </summary>
internal sealed class RunningContainer : IAsyncDisposable
{
    private readonly ImageFile _image;
    private readonly DirectoryInfo _folder;
    private readonly string _name;
    private ChildProcess? _runtime;

    private RunningContainer(ImageFile image, DirectoryInfo folder) => (_image, _folder, _name) = (image, folder, folder.Name);

    public string Output => _runtime!.Output + _runtime.Errors;

    /// <param name="image">The image to run.</param>
    /// <param name="network">The network to run it in.</param>
    /// <param name="mounted">The folder mounted read-only at /etc/carousel.</param>
    /// <param name="more">Arguments appended to those of the image.</param>
    public static async Task<RunningContainer> StartAsync(ImageFile image, NetworkNamespace network, string mounted, params string[] more)
    {
        var container = new RunningContainer(image, Directory.CreateTempSubdirectory("carousel-image-"));
        try
        {
            string bundle = container._folder.FullName;
            await RootFiles.AssembleAsync(image, Directory.CreateDirectory(Path.Combine(bundle, "rootfs")).FullName);
            File.WriteAllText(Path.Combine(bundle, "config.json"), Config(image, network, mounted, [.. image.EntryPoint, .. image.Command, .. more]).ToJsonString());
            container._runtime = ChildProcess.Start("/", "unshare", [.. container.Crun("run"), "--bundle", bundle, container._name]);
            await Deadlines.UntilAsync(
                () => container._runtime.HasExited || container.Output.Contains("listening on", StringComparison.Ordinal), "the container to listen");
            Assert.False(container._runtime.HasExited, container.Output);
            return container;
        }
        catch
        {
            await container.DisposeAsync();
            throw;
        }
    }

    /// <summary>The path of the container's root on this machine.</summary>
    public string Root => Path.Combine(_folder.FullName, "rootfs");

    /// <summary>Runs another process in the container as its user; returns exit code and output.</summary>
    public async Task<(int Code, string Output)> ExecAsync(params string[] command)
    {
        string[] arguments = [.. Crun("exec"), "--user", $"{_image.User}:{_image.Group}", .. _image.Environment.SelectMany(pair => (string[])["--env", pair]), _name];
        await using var process = ChildProcess.Start("/", "unshare", [.. arguments, .. command]);
        int code = await process.ExitAsync();
        return (code, process.Output + process.Errors);
    }

    /// <summary>Sends SIGTERM, as a runtime does first to stop a container; returns the exit code.</summary>
    public Task<int> StopAsync()
    {
        _runtime!.Signal(Posix.SigTerm);
        return _runtime.ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_runtime is not null)
        {
            if (!_runtime.HasExited)
            {
                await using var delete = ChildProcess.Start("/", "unshare", [.. Crun("delete"), "--force", _name]);
                await delete.ExitAsync();
            }
            await _runtime.DisposeAsync();
        }
        _folder.Delete(recursive: true);
    }

    /// <summary>crun refuses a machine with mixed cgroup v1 and v2; this test needs none. A cgroup v2 mount is made visible to crun only.</summary>
    private string[] Crun(string command) =>
    [
        "--mount", "--propagation", "private", "sh", "-c", "mount -t cgroup2 none /sys/fs/cgroup && exec \"$0\" \"$@\"",
        "crun", "--cgroup-manager=disabled", "--root", Path.Combine(_folder.FullName, "state"), command,
    ];

    private static JsonObject Config(ImageFile image, NetworkNamespace network, string mounted, string[] arguments) => new()
    {
        ["ociVersion"] = "1.0.0",
        ["root"] = new JsonObject { ["path"] = "rootfs", ["readonly"] = true },
        ["process"] = new JsonObject
        {
            ["user"] = new JsonObject { ["uid"] = image.User, ["gid"] = image.Group },
            ["args"] = Array(arguments),
            ["env"] = Array([.. image.Environment]),
            ["cwd"] = "/",
            ["noNewPrivileges"] = true,
            ["capabilities"] = new JsonObject { ["bounding"] = Array([]), ["effective"] = Array([]), ["permitted"] = Array([]) },
            ["rlimits"] = new JsonArray(new JsonObject { ["type"] = "RLIMIT_NOFILE", ["soft"] = 4096, ["hard"] = 4096 }),
        },
        ["mounts"] = new JsonArray(
            new JsonObject { ["destination"] = "/proc", ["type"] = "proc", ["source"] = "proc" },
            new JsonObject { ["destination"] = "/dev", ["type"] = "tmpfs", ["source"] = "tmpfs", ["options"] = Array(["nosuid", "mode=755", "size=64k"]) },
            new JsonObject { ["destination"] = "/etc/carousel", ["type"] = "bind", ["source"] = mounted, ["options"] = Array(["bind", "ro"]) }),
        ["linux"] = new JsonObject
        {
            ["namespaces"] = new JsonArray(
                [.. ((string[])["pid", "ipc", "uts", "mount"]).Select(type => new JsonObject { ["type"] = type }), new JsonObject { ["type"] = "network", ["path"] = network.Path }]),
            ["maskedPaths"] = Array(["/proc/kcore", "/proc/keys", "/proc/timer_list"]),
            ["readonlyPaths"] = Array(["/proc/sys", "/proc/sysrq-trigger"]),
        },
    };

    private static JsonArray Array(string[] texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}
