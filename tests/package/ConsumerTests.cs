namespace MmapIo.PackageTests;

/// <summary>
/// The package in the hands of a stranger: the same small program, in each way that .NET can deliver one.
/// </summary>
public sealed class ConsumerTests
{
    private static readonly byte[] s_data = [.. Enumerable.Range(0, 100_000).Select(index => (byte)(index * 7 + 3))];

    private static string Expected { get; } = string.Join(
        Environment.NewLine,
        $"length {s_data.Length}",
        $"first {s_data[0]}",
        $"last {s_data[^1]}",
        $"sum {s_data.Sum(value => (long)value)}");

    [Test]
    public void A_new_project_maps_a_file_with_dotnet_run()
    {
        using var project = new ConsumerProject();
        string file = project.WriteData("some data.bin", s_data);
        Assert.That(project.Dotnet("run", "--", file), Is.EqualTo(Expected));
    }
}
