// Package letter tells the plain letter that a character stands for, whatever its case, width, style and accents.
package letter
