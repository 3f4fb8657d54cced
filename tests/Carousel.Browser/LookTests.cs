using System.Text.Json;
using Carousel.EndToEnd.Harness;
using Microsoft.Playwright;
using Xunit;

namespace Carousel.Browser;

/// <summary>Layout and accessibility of the page, in both colour schemes.</summary>
public class LookTests(Chromium chromium)
{
    /// <summary>WCAG 2.2, 1.4.3 and 1.4.11: contrast ratios from computed styles. Text over the background of another panel is compared with that background.</summary>
    private const string Contrasts = """
        () => {
          const parse = (text) => { const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number); return { rgb: [r, g, b], a }; };
          const light = ({ rgb }) => { const [r, g, b] = rgb.map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
          const ground = (element) => {
            for (let e = element; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.a > 0.99) return c; }
            return parse('rgb(255,255,255)');
          };
          const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
          const found = [];
          for (const element of document.querySelectorAll('body *')) {
            const style = getComputedStyle(element);
            const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
            if (!own || !element.checkVisibility({ visibilityProperty: true }) || element.closest('.unseen, :disabled')) continue;
            const isSvg = element instanceof SVGElement;
            const value = ratio(parse(isSvg ? style.fill : style.color), ground(isSvg ? element.ownerSVGElement.parentElement : element));
            found.push({ what: `${element.tagName}.${element.getAttribute('class') ?? ''} "${element.textContent.trim().slice(0, 30)}"`, value });
          }
          for (const sign of document.querySelectorAll('svg.glyph')) {
            if (sign.checkVisibility()) found.push({ what: `sign ${sign.getAttribute('class')}`, value: ratio(parse(getComputedStyle(sign).color), ground(sign.parentElement)) * 1.5 });
          }
          return found;
        }
        """;

    /// <summary>The checks of tools such as axe that apply to this page. Returns the violations.</summary>
    private const string Faults = """
        () => {
          const wrong = [];
          const say = (what, element) => wrong.push(`${what}: ${element.outerHTML.slice(0, 120)}`);
          const name = (e) => (e.getAttribute('aria-label') ?? '') + [...(e.getAttribute('aria-labelledby') ?? '').split(' ')].map((id) => document.getElementById(id)?.textContent ?? '').join('')
            + e.textContent + [...(e.labels ?? [])].map((label) => label.textContent).join('') + (e.title ?? '');
          const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
          ids.filter((id, i) => ids.indexOf(id) !== i).forEach((id) => wrong.push(`duplicate id ${id}`));
          for (const e of document.querySelectorAll('button, input, a, [role=button], dialog, section, nav, canvas, [role=region], [role=log], table')) {
            if (!name(e).trim()) say('no name', e);
          }
          for (const e of document.querySelectorAll('[aria-labelledby]')) {
            for (const id of e.getAttribute('aria-labelledby').split(' ')) if (!document.getElementById(id)) say(`no element with id ${id}`, e);
          }
          for (const e of document.querySelectorAll('[tabindex]')) if (e.tabIndex > 0) say('positive tabindex', e);
          for (const e of document.querySelectorAll('th')) if (!e.scope) say('a head without scope', e);
          for (const e of document.querySelectorAll('svg:not([role])')) if (!e.closest('[aria-hidden=true]')) say('a drawing without role', e);
          for (const e of document.querySelectorAll('[aria-hidden=true] :is(button, a, input, [tabindex])')) say('hidden, and can be reached', e);
          for (const e of document.querySelectorAll('*')) if (e.getAttribute('style')?.includes('expression') || [...e.attributes].some((a) => a.name.startsWith('on'))) say('script in the page', e);
          if (document.querySelectorAll('h1').length !== 1) wrong.push('one h1');
          if (!document.documentElement.lang) wrong.push('no language');
          if (!document.querySelector('main')) wrong.push('no main part');
          if (!document.querySelector('[role=log]')) wrong.push('events are not told');
          return wrong;
        }
        """;

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Page_EitherScheme_IsAccessible(ColorScheme scheme)
    {
        await using var blue = ScriptedServer.Responding("blue");
        await using Dashboard dashboard = await Dashboard.LiveAsync(chromium,
            [$"{blue.Url} name=blue", $"{blue.Url.Replace("127.0.0.1", "127.0.0.2")} name=green drain", "http://127.0.0.1:1 name=red", $"{blue.Url.Replace("127.0.0.1", "127.0.0.3")} name=old backup"],
            ["--health", "on", "--health-interval", "100ms", "--session", "shared"],
            new BrowserNewContextOptions { ColorScheme = scheme });
        await dashboard.UntilStateAsync("red", "down");
        using (RawClient client = await dashboard.Balancer.ConnectAsync())
        {
            await client.GetAsync();
        }
        await dashboard.Row("green").Locator(".name").ClickAsync();

        double light = await dashboard.Page.EvaluateAsync<double>("Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])");
        Assert.Equal(scheme == ColorScheme.Dark, light < 60);
        JsonElement contrasts = await dashboard.Page.EvaluateAsync<JsonElement>(Contrasts);
        Assert.True(contrasts.GetArrayLength() > 40);
        Assert.Empty(contrasts.EnumerateArray().Where(one => one.GetProperty("value").GetDouble() < 4.5).Select(one => one.ToString()));
        Assert.Empty(await dashboard.Page.EvaluateAsync<string[]>(Faults));
    }

    /// <summary>States must not depend on colour: each has its own glyph and label.</summary>
    [Fact]
    public async Task States_WithoutColour_DifferByGlyphAndLabel()
    {
        await using var blue = ScriptedServer.Responding("blue");
        await using Dashboard dashboard = await Dashboard.LiveAsync(chromium, [$"{blue.Url} name=blue"]);
        var labels = await dashboard.Page.EvaluateAsync<string[]>("import('/dashboard/states.js').then((all) => all.states.map(all.label))");
        var signs = await dashboard.Page.EvaluateAsync<string[]>(
            "import('/dashboard/states.js').then((all) => all.states.map((state) => document.getElementById(`g-${state}`).innerHTML))");
        Assert.Equal(labels.Length, labels.Distinct().Count());
        Assert.Equal(signs.Length, signs.Distinct().Count());
    }

    [Theory]
    [InlineData(390)]
    [InlineData(820)]
    [InlineData(1440)]
    public async Task Page_AnyWidth_NothingOverflows(int width)
    {
        await using var blue = ScriptedServer.Responding("blue");
        await using Dashboard dashboard = await Dashboard.LiveAsync(chromium, [$"{blue.Url} name=blue", "http://10.0.0.1 name=a-very-long-name-of-a-server-somewhere drain"],
            profile: new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = 900 } });
        Assert.Equal(width, await dashboard.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
    }
}
