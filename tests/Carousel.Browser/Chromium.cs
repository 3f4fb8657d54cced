using Microsoft.Playwright;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(Carousel.Browser.Chromium))]
// Each test runs a browser page and a balancer: more tests than cores only slow each other down.
[assembly: Parallelization(Mode = ParallelMode.All, MaxThreads = 2)]

namespace Carousel.Browser;

/// <summary>Debian's Chromium, driven by Playwright; shared by all tests, each with its own profile.</summary>
public sealed class Chromium : IAsyncLifetime
{
    /// <summary>Its path, unless CAROUSEL_CHROMIUM is set.</summary>
    private const string Path = "/usr/bin/chromium";

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Environment.GetEnvironmentVariable("CAROUSEL_CHROMIUM") ?? Path,
            // The sandbox is not available as root in a container. Only local pages are opened.
            Args = ["--no-sandbox"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
        _playwright?.Dispose();
    }

    /// <summary>Creates a separate profile.</summary>
    internal Task<IBrowserContext> ProfileAsync(BrowserNewContextOptions? options = null) => _browser!.NewContextAsync(options ?? new BrowserNewContextOptions());
}
