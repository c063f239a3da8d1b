using System.Globalization;
using Measurements;

switch (args)
{
    case ["--make", string rows, string path]:
        MeasurementsFile.Make(path, long.Parse(rows, CultureInfo.InvariantCulture));
        return 0;
    case [string path] when !path.StartsWith('-'):
        foreach (Station station in Aggregation.Of(path))
        {
            Console.WriteLine(station);
        }
        return 0;
    default:
        Console.Error.WriteLine("Measurements FILE            tells minimum, mean and maximum of each station");
        Console.Error.WriteLine("Measurements --make N FILE   writes a file of N rows to try it on");
        return 2;
}
