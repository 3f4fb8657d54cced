using Xunit;
namespace Carousel.Tests;
public class Smoke { [Fact] public void Reasons() => Assert.All(Enum.GetValues<Carousel.Core.Telemetry.FailureReason>(), r => Assert.NotNull(Carousel.Core.Telemetry.FailureReasons.Describe(r))); }
