using System.Globalization;
using System.Text;

namespace Measurements;

/// <summary>What was measured at one place, in tenths.</summary>
internal sealed class Station(byte[] name)
{
    private long _sum;
    private int _minimum = int.MaxValue;
    private int _maximum = int.MinValue;

    public ReadOnlySpan<byte> Name => name;

    public long Count { get; private set; }

    public double Minimum => _minimum / 10.0;

    public double Mean => Math.Round(_sum / 10.0 / Count, 1);

    public double Maximum => _maximum / 10.0;

    public void Add(int tenths)
    {
        Count++;
        _sum += tenths;
        _minimum = Math.Min(_minimum, tenths);
        _maximum = Math.Max(_maximum, tenths);
    }

    public void Add(Station other)
    {
        Count += other.Count;
        _sum += other._sum;
        _minimum = Math.Min(_minimum, other._minimum);
        _maximum = Math.Max(_maximum, other._maximum);
    }

    /// <summary>Such as "Oslo;-12.3;4.1;30.0": minimum, mean and maximum.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetString(name)};{Minimum:0.0};{Mean:0.0};{Maximum:0.0}");
}
