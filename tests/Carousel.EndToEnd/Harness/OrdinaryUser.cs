using System.Globalization;

namespace Carousel.EndToEnd.Harness;

/// <summary>
/// Runs the binary as an ordinary user. For root, which tests may run as, the kernel limits neither pipes nor processes, so these limits would not be tested.
/// Each instance has its own user id, so per-user limits apply to one balancer only.
/// </summary>
internal sealed class OrdinaryUser : IDisposable
{
    private const int FirstId = 300_000;
    private static int s_next = Environment.ProcessId % 1000 * 100;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("carousel-user-");

    /// <summary>Starts this user's copy of the binary; a launcher runs before the user is changed.</summary>
    public async Task<Balancer> StartAsync(ScriptedServer server, string[] options, params string[] launcher)
    {
        string binary = Path.Combine(_folder.FullName, "carousel");
        File.Copy(Binary.Path, binary);
        Everyone(_folder.FullName);
        string[] user = [];
        if (Environment.IsPrivilegedProcess)
        {
            string id = (FirstId + Interlocked.Increment(ref s_next)).ToString(CultureInfo.InvariantCulture);
            user = ["/usr/bin/setpriv", $"--reuid={id}", $"--regid={id}", "--clear-groups"];
        }
        return await Balancer.StartAsync([server.Url], options, [.. launcher, .. user], binary, prepare: file => Everyone(file.Directory));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Makes the folder readable by other users, which it is not by default.</summary>
    private static void Everyone(string folder)
    {
        const uint readableByAll = 0x1ed; // 0755
        if (Posix.ChangeMode(folder, readableByAll) != 0)
        {
            throw new IOException($"{folder} can't be made readable by other users");
        }
    }
}
