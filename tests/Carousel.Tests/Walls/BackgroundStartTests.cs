using Xunit;

namespace Carousel.Tests.Walls;

public class BackgroundStartTests
{
    [Fact]
    public void BackgroundStarts_OfAllSources_UseTheSupervisor() => Assert.Empty(Sources.Under("src").SelectMany(BackgroundStarts.OutOfPlace));

    [Theory]
    [InlineData("Task.Run(F);")]
    [InlineData("_ = System.Threading.Tasks.Task.Run(() => F());")]
    [InlineData("Task.Factory.StartNew(F);")]
    [InlineData("new Thread(F).Start();")]
    [InlineData("var t = new System.Threading.Timer(_ => { });")]
    [InlineData("using var t = new PeriodicTimer(x);")]
    [InlineData("time.CreateTimer(_ => { }, null, x, x);")]
    [InlineData("ThreadPool.QueueUserWorkItem(_ => { });")]
    [InlineData("PosixSignalRegistration.Create(s, F);")]
    [InlineData("_ = LoopAsync();")]
    [InlineData("_ = this.LoopAsync();")]
    [InlineData("} async void G() {")]
    public void OutOfPlace_HoweverItIsStarted_IsFound(string statement)
    {
        string text = $"class C {{ void M() {{ {statement} }} }}";
        Assert.NotEmpty(BackgroundStarts.OutOfPlace(Sources.Parse("src/Carousel/A.cs", text)));
        Assert.Empty(BackgroundStarts.OutOfPlace(Sources.Parse("src/Carousel.Control/Supervision/Supervisor.cs", text)));
    }

    [Theory]
    [InlineData("await LoopAsync();")]
    [InlineData("_ = stop.CancelAsync();")]
    [InlineData("_ = Count();")]
    [InlineData("Supervisor.OfProcess.Run(\"probes\", F, time, stop);")]
    public void OutOfPlace_OtherCalls_AreNot(string statement) =>
        Assert.Empty(BackgroundStarts.OutOfPlace(Sources.Parse("src/Carousel/A.cs", $"class C {{ async Task M() {{ {statement} }} }}")));
}
