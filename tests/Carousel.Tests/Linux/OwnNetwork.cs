using System.Diagnostics;
using System.Runtime.InteropServices;
using Xunit;

namespace Carousel.Tests.Linux;

/// <summary>Runs code on a thread with its own network namespace (loopback only), where the host's resources can be limited.</summary>
internal static partial class OwnNetwork
{
    private const int NewNetwork = 0x40000000;

    /// <summary>Skips the test if the required privilege is missing.</summary>
    /// <param name="run">Called on the thread; threads and processes that it starts are in that namespace too.</param>
    public static void Run(Action run)
    {
        Exception? failure = null;
        bool isAllowed = false;
        var thread = new Thread(() =>
        {
            try
            {
                isAllowed = Unshare(NewNetwork) == 0 && Ip("link set lo up");
                if (isAllowed)
                {
                    run();
                }
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        Assert.SkipUnless(isAllowed, "a network namespace needs CAP_SYS_ADMIN and ip");
        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Changes the network with ip(8); false if that failed.</summary>
    public static bool Ip(string arguments)
    {
        try
        {
            using Process ip = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
            ip.WaitForExit();
            return ip.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);
}
