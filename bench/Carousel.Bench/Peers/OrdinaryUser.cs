namespace Carousel.Bench.Peers;

/// <summary>Makes peers run as a user without privileges, as a package or a container does: the kernel's limits on pipes and descriptors apply to no other user.</summary>
internal static class OrdinaryUser
{
    private const string Nobody = "65534";

    /// <summary>The command that becomes this one, without privileges if we have them.</summary>
    /// <param name="command">A program and its arguments.</param>
    /// <param name="descriptors">Most open files; 0 for as many as we have.</param>
    /// <param name="standardError">A file for its stderr; null for ours.</param>
    public static string[] Command(string[] command, int descriptors, string? standardError)
    {
        string[] limit = descriptors == 0 ? [] : ["prlimit", $"--nofile={descriptors}:{descriptors}"];
        string[] drop = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid", Nobody, "--regid", Nobody, "--clear-groups", "--no-new-privs"] : [];
        string[] redirect = standardError is null ? [] : ["sh", "-c", $"exec \"$0\" \"$@\" 2>'{standardError}'"];
        return [.. limit, .. drop, .. redirect, .. command];
    }

    /// <summary>A program where such a user can read it, wherever it was built: beside the folder of the peer, once a run.</summary>
    public static string Readable(string program, string peerFolder)
    {
        string copy = Path.Combine(Path.GetDirectoryName(peerFolder)!, Path.GetFileName(program));
        if (!File.Exists(copy))
        {
            File.Copy(program, copy);
        }

        return copy;
    }

    /// <summary>Lets anybody read and write in a folder: it is of this run only.</summary>
    public static void Open(string folder)
    {
        // To the compiler; all of this is for Linux.
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        }
    }
}
