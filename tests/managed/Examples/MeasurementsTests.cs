using System.Globalization;
using Measurements;

namespace MmapIo.Tests;

/// <summary>The sample in docs/samples/Measurements against the same done in the plainest way.</summary>
public sealed class MeasurementsTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(1_000)]
    [InlineData(700_000)]
    public void The_sample_agrees_with_a_query(int rows)
    {
        string path = _scratch.At("measurements.txt");
        MeasurementsFile.Make(path, rows);
        Assert.Equal(rows, File.ReadLines(path).Count());
        IEnumerable<string> expected =
            from line in File.ReadLines(path)
            let fields = line.Split(';')
            let tenths = (int)Math.Round(double.Parse(fields[1], CultureInfo.InvariantCulture) * 10)
            group tenths by fields[0] into station
            let mean = Math.Round(station.Sum(each => (long)each) / 10.0 / station.Count(), 1)
            select string.Create(
                CultureInfo.InvariantCulture,
                $"{station.Key};{station.Min() / 10.0:0.0};{mean:0.0};{station.Max() / 10.0:0.0}");
        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            Aggregation.Of(path).Select(station => station.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void More_stations_than_the_table_begins_with_are_told_apart()
    {
        string path = _scratch.At("stations.txt");
        File.WriteAllLines(path, Enumerable.Range(0, 20_000).Select(i => $"station {i % 10_000};{i % 7}.{i % 10}"));
        Assert.Equal(10_000, Aggregation.Of(path).Count());
        Assert.All(Aggregation.Of(path), station => Assert.Equal(2, station.Count));
    }

    [Fact]
    public void A_row_of_another_kind_is_an_error()
    {
        string path = _scratch.At("rows.txt");
        File.WriteAllText(path, "Oslo;1.0\nOslo\n");
        AggregateException thrown = Assert.Throws<AggregateException>(() => Aggregation.Of(path).ToList());
        Assert.IsType<FormatException>(thrown.InnerException);
    }
}
