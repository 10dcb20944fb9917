// Predicts the fuel consumption of one car by the file that cars.mjs has written. Its power is not known.
import { Predictor, data } from 'thalweg';

const predictor = await Predictor.load('cars.thalweg');
const prepared = data.Preprocessing.fromJSON(predictor.preprocessing);
const car = { Horsepower: null, Weight_in_lbs: 2200, Year: '1980-01-01', Origin: 'Japan' };
const [consumption] = prepared.values(await predictor.predict(prepared.inputs([car])));
console.log(`${consumption.toFixed(1)} miles per gallon`);
